//! Refusals: files of another kind, huge, damaged, cut short, or with headers that lie.

use lossfield::file::{LONGEST_SIDE, MOST_BYTES};
use lossfield::scene::Plane;

use super::bytes::{f32s, grey, indexed, mend, npy, npy_of};
use super::{reading, refused, source};

#[track_caller]
fn assert_refused(bytes: &[u8], found: &str, expected: &str) {
    assert_eq!(refused("file", bytes), format!("file: found {found}; expected {expected}."));
}

#[test]
fn files_of_another_kind_say_how_to_save_them() {
    let readable = "a mask or a prediction as PNG, TIFF, BMP, WebP, JPEG, .npy, .npz or CSV";
    assert_refused(b"", "an empty file", readable);
    assert_refused(
        b"\x89PNG\n\x1a\n",
        "a PNG damaged in its first bytes, as a transfer in text mode does",
        &format!("{readable}: copy it again in binary mode"),
    );
    let python = |load: &str| {
        format!("a file that this page reads: np.save(\"mask.npy\", {load}) in Python writes one")
    };
    assert_refused(b"\x89HDF\r\n\x1a\n", "an HDF5 file", &python("h5py.File(path)[name][:]"));
    assert_refused(
        &[[0; 128].as_slice(), b"DICM"].concat(),
        "a DICOM file",
        &python("pydicom.dcmread(path).pixel_array"),
    );
    assert_refused(
        b"\x1f\x8b\x08",
        "a gzip-compressed file, as a NIfTI (.nii.gz) is",
        &python("nibabel.load(path).get_fdata()[:, :, slice]"),
    );
    assert_refused(
        &[0; 64],
        "a file of an unknown kind",
        &format!("{readable}: in Python, np.save(\"mask.npy\", array) writes one"),
    );
    assert_refused(b"%PDF-1.7", "a PDF document", &format!("{readable}: export its picture as a PNG"));
}

#[test]
fn files_that_are_huge() {
    assert_refused(&vec![0; MOST_BYTES + 1], "a file of 64.0 MiB", "at most 64.0 MiB");
    // Metadata that the decoder would hold beside the pixels.
    let mut exif = header_only(8, 8, 0, 8);
    exif.extend([0x01, 0x80, 0, 0]);
    exif.extend(b"eXIf");
    exif.resize(exif.len() + (24 << 20) + 4, 0);
    assert_refused(&exif, "a PNG that needs more than 16.0 MiB beside its pixels", "a whole PNG");
    // The header alone is enough to refuse: these pictures have no pixels.
    let side = LONGEST_SIDE as u32;
    assert_refused(&header_only(side + 1, 1, 0, 8), "a picture of 8193 × 1 pixels", "1 × 1 to 8192 × 8192");
    assert_refused(
        &header_only(side, side, 6, 16),
        "8192 × 8192 pixels that take 512.0 MiB",
        "at most 256.0 MiB: save fewer channels or a smaller type",
    );
    assert_refused(
        &header_only(8, 8, 0, 8),
        "a PNG cut short: its 33 bytes end before the picture does",
        "a whole PNG",
    );
}

/// The signature of a PNG and its first chunk.
fn header_only(width: u32, height: u32, kind: u8, depth: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend([width.to_be_bytes(), height.to_be_bytes()].as_flattened());
    bytes.extend([depth, kind, 0, 0, 0, 0, 0, 0, 0]);
    mend(&mut bytes);
    bytes
}

#[test]
fn a_png_that_is_damaged_or_cut() {
    let whole = grey(16, &[1; 256]);
    let mut damaged = whole.clone();
    // The last byte of the checksum of the pixels, just before the 12 of the end mark.
    damaged[whole.len() - 13] ^= 1;
    let sentence = refused("file", &damaged);
    assert!(sentence.starts_with("file: found a damaged PNG (CRC error: expected 0x"), "{sentence}");
    assert!(sentence.ends_with("); expected a whole PNG.") && sentence.len() < 110, "{sentence}");
    // All that can be missed is the checksum of the end mark, which says nothing of the picture.
    for length in 0..whole.len() {
        let decoded = lossfield::file::decode("file", &whole[..length], Plane::Truth, None);
        assert_eq!(decoded.is_ok(), length >= whole.len() - 4, "{length} of {} bytes", whole.len());
    }
    assert_refused(
        &indexed(&[[0; 3], [255; 3]], &[0, 1, 9]),
        "a pixel of palette entry 9 in a palette of 2",
        "a palette that has every colour that is used",
    );
}

#[test]
fn an_npy_that_is_cut_or_goes_on() {
    assert_refused(
        &f32s("(2, 2)", &[0.0; 3]),
        "an .npy cut short: its header promises 16 bytes for a shape of [2, 2], and 12 follow",
        "a whole .npy as numpy.save writes it",
    );
    let long = source("file", &f32s("(1, 1)", &[0.0; 3]), Plane::Truth);
    assert_eq!(reading(&long, Plane::Truth).remarks, ["8 bytes after the array were not read."]);
    let sizes = "1 × 1 to 8192 × 8192";
    // 2^32 · 2^32 · 2^2 wraps to nothing in 64 bits; the last side wraps by itself.
    for (shape, pixels) in [
        ("(4294967296, 4294967296)", "4294967296 × 4294967296"),
        ("(1, 99999999999999999999999)", "18446744073709551615 × 1"),
        ("(1, 8193)", "8193 × 1"),
    ] {
        assert_refused(&f32s(shape, &[]), &format!("a picture of {pixels} pixels"), sizes);
    }
    for shape in ["(6,)", "()", "(0, 4)", "(1, 1, 1, 1, 2, 3)"] {
        let listed = shape.replace('(', "[").replace(')', "]").replace(",]", "]");
        let expected = "one image, [H, W] or [C, H, W]: reshape it, or save one image of it";
        assert_refused(&f32s(shape, &[0.0; 6]), &format!("an array of shape {listed}"), expected);
    }
}

#[test]
fn npy_headers_that_lie() {
    let whole = "a whole .npy as numpy.save writes it";
    assert_refused(b"\x93NUMPY", "an .npy cut short within its header", whole);
    assert_refused(b"\x93NUMPY\x01\x00\x40\x00{'descr'", "an .npy cut short within its header", whole);
    assert_refused(&npy_of("{}", &[]), "an .npy header without all of descr, fortran_order and shape", whole);
    assert_refused(&npy_of("import os", &[]), "an .npy header that cannot be read at “import os”", whole);
    assert_refused(
        &npy("'<f4'", "True", "(-1, 1)", &[]),
        "an .npy header that cannot be read at “-1, 1), }”",
        whole,
    );
    let deep = npy("'<f4'", "True", &"(".repeat(5000), &[]);
    assert_refused(&deep, &format!("an .npy header that cannot be read at “{}”", "(".repeat(40)), whole);
    assert_refused(
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
        "an .npy with a header of 4294967295 bytes",
        "at most 10000",
    );
    assert_refused(b"\x93NUMPY\x09\x00", "an .npy of version 9", "version 1, 2 or 3");
    let types = "an array of float16, float32, float64, bool, or integers";
    assert_refused(
        &npy("'|O'", "True", "(1, 1)", &[]),
        "an array of Python objects, which are never unpickled (dtype '|O')",
        types,
    );
    assert_refused(&npy("[('a', '<f4')]", "True", "(1, 1)", &[]), "an array of records", types);
    // Version 2 has a longer length; order and quotes are Python's to choose.
    let dictionary = b"{\"shape\":(1,1),\"fortran_order\":True,\"descr\":\"|b1\"}";
    let length = (dictionary.len() as u32).to_le_bytes();
    let version2 = [b"\x93NUMPY\x02\x00", length.as_slice(), dictionary, &[1]].concat();
    assert_eq!(
        reading(&source("file", &version2, Plane::Truth), Plane::Truth).text,
        "Every pixel is 1: class 1."
    );
}

#[test]
fn channels_that_are_no_image() {
    let zeros = |shape: &str, count: usize| npy("'|u1'", "False", shape, &vec![0; count]);
    assert_refused(
        &zeros("(4, 3, 5, 6)", 360),
        "an array of shape [4, 3, 5, 6]",
        "one image: save array[0], array[1], … each by itself",
    );
    assert_refused(
        &zeros("(150, 40, 60)", 150 * 40 * 60),
        "an array of shape [150, 40, 60], so 60 channels",
        "at most 32 classes: keep those you ask about, as in array[[0, 3, 7]]",
    );
    assert_refused(
        &zeros("(300, 40, 300)", 300 * 40 * 300),
        "an array of shape [300, 40, 300], as a volume has",
        "one slice of it, or channels of which there are at most 32: array[z] is one",
    );
}
