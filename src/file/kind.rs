//! File kinds, told by the first bytes.

/// Kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Png,
    Npy,
    /// Any other kind, as a noun phrase.
    Other(&'static str),
}

/// Magic bytes of files that people open by mistake, each with a noun phrase for it.
const OTHERS: [(&[u8], &str); 20] = [
    (b"\x89PNG", "a PNG damaged in its first bytes, as a transfer in text mode does"),
    (b"\xff\xd8\xff", "a JPEG picture, whose compression blurs masks"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"RIFF", "a RIFF file, such as a WebP picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive, such as an .npz (save one array of it with numpy.save)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a gzip-compressed file (decompress it first)"),
    (b"\x89HDF", "an HDF5 file"),
    (b"MATLAB", "a MATLAB file"),
    (b"\x80\x02", "a Python pickle (save the array with numpy.save)"),
    (b"\x80\x03", "a Python pickle (save the array with numpy.save)"),
    (b"\x80\x04", "a Python pickle (save the array with numpy.save)"),
    (b"\x80\x05", "a Python pickle (save the array with numpy.save)"),
    (b"P5", "a PGM picture"),
    (b"P6", "a PPM picture"),
];

impl FileKind {
    pub(super) fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if bytes.starts_with(b"\x93NUMPY") {
            Self::Npy
        } else if let Some((_, described)) = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            Self::Other(described)
        } else if bytes.get(4..8) == Some(b"ftyp") {
            Self::Other("a HEIC, AVIF or MP4 file")
        } else if bytes.get(128..132) == Some(b"DICM") {
            Self::Other("a DICOM file")
        } else if bytes.iter().take(512).all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
            Self::Other("text")
        } else {
            Self::Other("a file of an unknown kind")
        }
    }

    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Png => "a PNG",
            Self::Npy => "a NumPy array",
            Self::Other(described) => described,
        }
    }
}
