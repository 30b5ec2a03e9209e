//! Files that are refused, each with its sentence.

use lossfield::file::{Fit, LONGEST_SIDE, MOST_BYTES, open_truth};
use ndarray::arr3;

use super::{assert_refused, f32s, grey, mend, npy, npy_of, prediction, truth};

#[test]
fn npy_that_cannot_be_held() {
    let types = "expected an array of float16, float32, float64, bool, or integers.";
    for (descr, found) in [
        ("'|O'", "an array of Python objects, which are never unpickled (dtype '|O')"),
        ("'<c8'", "an array of complex numbers (dtype '<c8')"),
        ("'<U3'", "an array of strings (dtype '<U3')"),
        ("'<f16'", "an array of another type (dtype '<f16')"),
        ("'<M8[ns]'", "an array of another type (dtype '<M8[ns]')"),
        ("[('p', '<f4')]", "an array of records"),
    ] {
        let refused = format!("pred.npy: found {found}; {types}");
        assert_refused(prediction(&npy(descr, "False", "(1, 1)", &[0; 16]), 1), &refused);
    }
    assert_refused(
        prediction(&f32s("(2, 3)", &[0.0; 5]), 1),
        "pred.npy: found an .npy cut short: its header promises 24 bytes for a shape of [2, 3], and 20 follow; \
         expected a whole .npy as numpy.save writes it.",
    );
    assert_eq!(
        prediction(&f32s("(1, 1)", &[0.0; 3]), 1).unwrap().remarks,
        ["8 bytes after the array were not read"]
    );
    // 2^32 · 2^32 · 2^2 wraps to nothing in 64 bits; the last side wraps by itself.
    let sizes = "expected 1 × 1 to 8192 × 8192.";
    for (shape, pixels) in [
        ("(4294967296, 4294967296)", "4294967296 × 4294967296"),
        ("(1, 99999999999999999999999)", "18446744073709551615 × 1"),
        ("(0, 4)", "4 × 0"),
        ("(1, 8193)", "8193 × 1"),
    ] {
        assert_refused(
            prediction(&f32s(shape, &[]), 1),
            &format!("pred.npy: found a picture of {pixels} pixels; {sizes}"),
        );
    }
}

#[test]
fn npy_headers_that_lie() {
    let whole = "expected a whole .npy as numpy.save writes it.";
    let refused = |bytes: &[u8], found: &str| {
        assert_refused(prediction(bytes, 1), &format!("pred.npy: found {found}; {whole}"));
    };
    refused(b"\x93NUMPY", "an .npy cut short within its header");
    refused(b"\x93NUMPY\x01\x00\x40\x00{'descr'", "an .npy cut short within its header");
    refused(&npy_of("{}", &[]), "an .npy header without all of descr, fortran_order and shape");
    refused(&npy_of("import os", &[]), "an .npy header that cannot be read at “import os”");
    refused(
        &npy("'<f4'", "0", "(1, 1)", &[]),
        "an .npy header that cannot be read at “0, 'shape': (1, 1), }”",
    );
    refused(&npy("'<f4'", "True", "(-1, 1)", &[]), "an .npy header that cannot be read at “-1, 1), }”");
    let deep = npy("'<f4'", "True", &"(".repeat(5000), &[]);
    refused(&deep, &format!("an .npy header that cannot be read at “{}”", "(".repeat(40)));
    assert_refused(
        prediction(b"\x93NUMPY\x02\x00\xff\xff\xff\xff", 1),
        "pred.npy: found an .npy with a header of 4294967295 bytes; expected at most 10000.",
    );
    assert_refused(
        prediction(b"\x93NUMPY\x09\x00", 1),
        "pred.npy: found an .npy of version 9; expected version 1, 2 or 3.",
    );
    // Version 2 has a longer length; order and quotes are Python's to choose.
    let dictionary = b"{\"shape\":(1,1),\"fortran_order\":True,\"descr\":\"|b1\"}";
    let length = (dictionary.len() as u32).to_le_bytes();
    let version2 = [b"\x93NUMPY\x02\x00", length.as_slice(), dictionary, &[1]].concat();
    assert_eq!(prediction(&version2, 1).unwrap().content, arr3(&[[[1.0]]]));
}

#[test]
fn files_of_another_kind() {
    let refused = |bytes: &[u8], found: &str| {
        let sentence = format!("mask.png: found {found}; expected a ground truth as a PNG.");
        assert_refused(truth(bytes, 2), &sentence);
    };
    refused(b"", "an empty file");
    refused(b"\x89PNG\n\x1a\n", "a PNG damaged in its first bytes, as a transfer in text mode does");
    refused(b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture, whose compression blurs masks");
    refused(b"GIF89a", "a GIF picture");
    refused(b"%PDF-1.7", "a PDF document");
    refused(b"PK\x03\x04", "a zip archive, such as an .npz (save one array of it with numpy.save)");
    refused(b"\0\0\0\x1cftypavif", "a HEIC, AVIF or MP4 file");
    refused(&[[0; 128].as_slice(), b"DICM"].concat(), "a DICOM file");
    refused(b"<svg/>", "text");
    refused(&[0; 64], "a file of an unknown kind");
    refused(&f32s("(1, 1)", &[0.0]), "a NumPy array");
    let sentence = |classes| prediction(b"GIF89a", classes).unwrap_err().to_string();
    assert_eq!(sentence(1), "pred.npy: found a GIF picture; expected probabilities as a PNG or .npy.");
    assert_eq!(sentence(3), "pred.npy: found a GIF picture; expected probabilities as an .npy.");
}

#[test]
fn files_that_are_huge() {
    assert_refused(
        truth(&vec![0; MOST_BYTES + 1], 2),
        "mask.png: found a file of 64.0 MiB; expected at most 64.0 MiB.",
    );
    // Metadata that the decoder would hold beside the pixels.
    let mut exif = header_only(8, 8, 0, 8);
    exif.extend([0x01, 0x80, 0, 0]);
    exif.extend(b"eXIf");
    exif.resize(exif.len() + (24 << 20) + 4, 0);
    assert_refused(
        truth(&exif, 2),
        "mask.png: found a PNG that needs more than 16.0 MiB beside its pixels; expected a whole PNG.",
    );
    // The header alone is enough to refuse: these pictures have no pixels.
    let side = LONGEST_SIDE as u32;
    let wide = "mask.png: found a picture of 8193 × 1 pixels; expected 1 × 1 to 8192 × 8192.";
    assert_refused(truth(&header_only(side + 1, 1, 0, 8), 2), wide);
    let deep = "mask.png: found 8192 × 8192 pixels that take 512.0 MiB; expected at most 256.0 MiB.";
    assert_refused(truth(&header_only(side, side, 6, 16), 2), deep);
    assert_refused(
        truth(&header_only(8, 8, 0, 8), 2),
        "mask.png: found a PNG cut short: its 33 bytes end before the picture does; expected a whole PNG.",
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
    let whole = grey(16, &[7; 256].map(|_: u8| 1));
    let mut damaged = whole.clone();
    // The last byte of the checksum of the pixels, just before the 12 of the end mark.
    damaged[whole.len() - 13] ^= 1;
    let sentence = truth(&damaged, 2).unwrap_err().to_string();
    assert!(sentence.starts_with("mask.png: found a damaged PNG (CRC error: expected 0x"), "{sentence}");
    assert!(sentence.ends_with("); expected a whole PNG.") && sentence.len() < 110, "{sentence}");
    // All that can be missed is the checksum of the end mark, which says nothing of the picture.
    let pixels_end = whole.len() - 4;
    for length in 0..whole.len() {
        assert_eq!(
            truth(&whole[..length], 2).is_ok(),
            length >= pixels_end,
            "{length} of {} bytes",
            whole.len()
        );
    }
}

#[test]
fn a_size_that_does_not_fit() {
    let fitted = |(width, height): (u32, u32), scene| {
        let bytes = grey(width, &vec![0; (width * height) as usize]);
        open_truth("m.png", &bytes, 2, scene).map(|opened| (opened.source_size, opened.content.dim()))
    };
    let open = |width, height| fitted((width, height), Fit::Exactly { width: 256, height: 171 });
    // The scene's size, three times, a half, a hundredth, and off by a rounded stride.
    for size in [(256, 171), (768, 512), (128, 86), (128, 85), (3, 2)] {
        assert_eq!(open(size.0, size.1), Ok(((size.0 as usize, size.1 as usize), (171, 256))), "{size:?}");
    }
    // A long strip, whose height rounding changes by much.
    assert_eq!(
        fitted((1000, 30), Fit::Exactly { width: 256, height: 8 }),
        fitted((1000, 30), Fit::Within(256))
    );
    for (width, height) in [(171, 256), (256, 256), (256, 165), (1024, 696), (2, 1), (1, 1)] {
        assert_refused(
            open(width, height),
            &format!(
                "m.png: found a size of {width} × {height}; \
                 expected the scene's 256 × 171, or another size of that aspect ratio."
            ),
        );
    }
}
