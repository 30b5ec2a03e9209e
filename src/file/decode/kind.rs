//! File kinds, told by the first bytes.

/// Kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::file) enum FileKind {
    Png,
    Jpeg,
    WebP,
    Bmp,
    Tiff,
    Npy,
    Zip,
    Text,
    /// Any other kind.
    Other(Other),
}

/// Kind that is not read: a noun phrase, and the way to a file that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::file) struct Other {
    pub(in crate::file) described: &'static str,
    pub(in crate::file) remedy: Remedy,
}

/// Way from a file that is not read to one that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::file) enum Remedy {
    /// A Python expression that loads the array, which `numpy.save` then writes.
    Python(&'static str),
    /// Something to do, as an imperative.
    Do(&'static str),
    /// Nothing is known but to write one of the formats that are read.
    None,
}

const PICTURE: Remedy = Remedy::Python("np.array(Image.open(path))  # from PIL import Image");

/// Magic bytes of files that people open by mistake.
const OTHERS: [(&[u8], &str, Remedy); 22] = [
    (
        b"\x89PNG",
        "a PNG damaged in its first bytes, as a transfer in text mode does",
        Remedy::Do("copy it again in binary mode"),
    ),
    (b"GIF8", "a GIF picture", PICTURE),
    (b"8BPS", "a Photoshop picture", Remedy::Do("export it as a PNG")),
    (b"%PDF", "a PDF document", Remedy::Do("export its picture as a PNG")),
    (b"P1", "a PBM picture", PICTURE),
    (b"P2", "a PGM picture", PICTURE),
    (b"P3", "a PPM picture", PICTURE),
    (b"P4", "a PBM picture", PICTURE),
    (b"P5", "a PGM picture", PICTURE),
    (b"P6", "a PPM picture", PICTURE),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture", Remedy::Python("imageio.v3.imread(path)")),
    (
        b"\x00\x00\x00\x0cjP",
        "a JPEG 2000 picture",
        Remedy::Python("np.array(Image.open(path))  # from PIL import Image"),
    ),
    (
        b"\x1f\x8b",
        "a gzip-compressed file, as a NIfTI (.nii.gz) is",
        Remedy::Python("nibabel.load(path).get_fdata()[:, :, slice]"),
    ),
    (b"\x5c\x01\x00\x00", "a NIfTI volume", Remedy::Python("nibabel.load(path).get_fdata()[:, :, slice]")),
    (b"NRRD", "an NRRD volume", Remedy::Python("nrrd.read(path)[0][:, :, slice]")),
    (b"\x89HDF", "an HDF5 file", Remedy::Python("h5py.File(path)[name][:]")),
    (b"MATLAB", "a MATLAB file", Remedy::Python("scipy.io.loadmat(path)[name]")),
    (b"\x80\x02", "a Python pickle", PICKLE),
    (b"\x80\x03", "a Python pickle", PICKLE),
    (b"\x80\x04", "a Python pickle", PICKLE),
    (b"\x80\x05", "a Python pickle", PICKLE),
    (b"7z\xbc\xaf", "a 7z archive", Remedy::Do("unpack it")),
];

const PICKLE: Remedy = Remedy::Python("pickle.load(open(path, \"rb\"))");

impl FileKind {
    pub(in crate::file) fn of(bytes: &[u8]) -> Self {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        let other = |described, remedy| Self::Other(Other { described, remedy });
        if starts(b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if starts(b"\x93NUMPY") {
            Self::Npy
        } else if starts(b"\xff\xd8\xff") {
            Self::Jpeg
        } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Self::WebP
        } else if starts(b"BM") && !is_text(bytes) {
            Self::Bmp
        } else if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
            Self::Tiff
        } else if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
            Self::Zip
        } else if bytes.get(128..132) == Some(b"DICM") {
            other("a DICOM file", Remedy::Python("pydicom.dcmread(path).pixel_array"))
        } else if let Some((_, described, remedy)) = OTHERS.iter().find(|(magic, ..)| starts(magic)) {
            other(described, *remedy)
        } else if bytes.get(4..8) == Some(b"ftyp") {
            other("a HEIC, AVIF or MP4 file", Remedy::Do("export its picture as a PNG"))
        } else if is_text(bytes) {
            Self::Text
        } else {
            other("a file of an unknown kind", Remedy::None)
        }
    }
}

/// True if the file's first bytes are printable, blank or the mark that Windows puts before UTF-8.
fn is_text(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().take(512).all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}
