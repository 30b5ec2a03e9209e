//! Bytes at random: nothing panics, and what opens is what it should be.

use lossfield::field::IGNORE;
use lossfield::file::{Fit, OpenedFile, open_prediction, open_truth};
use png::{BitDepth, ColorType};
use proptest::prelude::*;

use super::{f32s, grey, indexed, mend, npy, png, prediction, rgb, truth};

/// Whole files of both kinds, small enough to be damaged in every place.
fn whole_files() -> Vec<Vec<u8>> {
    // A 4 × 4 picture in passes takes 16 bytes and 7 that start a row: as many as one row of 22.
    let mut adam7 = grey(22, &[0; 22]);
    adam7[16..24].copy_from_slice(&[0, 0, 0, 4, 0, 0, 0, 4]);
    adam7[28] = 1;
    mend(&mut adam7);
    let mut animated = Vec::new();
    let mut encoder = png::Encoder::new(&mut animated, 2, 1);
    encoder.set_animated(2, 0).unwrap();
    encoder.add_text_chunk("Title".to_owned(), "a mask".to_owned()).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[0, 1]).unwrap();
    writer.write_image_data(&[1, 1]).unwrap();
    writer.finish().unwrap();
    vec![
        adam7,
        animated,
        grey(5, &[0, 1, 255, 1, 0, 0, 0, 1, 0, 1]),
        rgb(2, &[[0; 3], [255; 3], [9, 8, 7], [1; 3]]),
        indexed(&[[0; 3], [255; 3], [9, 8, 7]], &[0, 1, 2, 2]),
        png(5, 2, ColorType::Grayscale, BitDepth::One, &[], &[0xa8, 0x50]),
        png(1, 2, ColorType::Rgba, BitDepth::Sixteen, &[], &[1; 16]),
        f32s("(2, 3)", &[0.0, 0.5, 1.0, 0.25, 0.75, 0.125]),
        f32s("(3, 1, 2)", &[0.2, 1.0, 0.3, 0.0, 0.5, 0.0]),
        npy("'>f2'", "True", "(1, 3, 2)", &[0x38; 12]),
        npy("'|u1'", "False", "(4, 2, 1)", &[0, 1, 2, 3, 4, 5, 6, 255]),
    ]
}

#[test]
fn whole_files_are_whole() {
    for bytes in whole_files() {
        assert!((1..=5).any(|classes| truth(&bytes, classes).is_ok() || prediction(&bytes, classes).is_ok()));
    }
}

/// Opens bytes in every way. Whatever is opened is what it should be; whatever is refused is named.
fn assert_safe(bytes: &[u8], fit: Fit) -> Result<(), TestCaseError> {
    let name = "what is this?.png";
    for classes in 1..=5 {
        match open_truth(name, bytes, classes, fit) {
            Ok(OpenedFile { content, .. }) => {
                let valid = |&label: &u8| usize::from(label) < classes.max(2) || label == IGNORE;
                prop_assert!(!content.is_empty() && content.iter().all(valid));
            }
            Err(error) => prop_assert!(error.to_string().contains(name)),
        }
        match open_prediction(name, bytes, classes, fit) {
            Ok(OpenedFile { content, .. }) => {
                prop_assert!(content.dim().0 == classes && !content.is_empty());
                prop_assert!(content.iter().all(|prob| (0.0..=1.0).contains(prob)));
            }
            Err(error) => prop_assert!(error.to_string().contains(name)),
        }
    }
    Ok(())
}

fn any_fit() -> impl Strategy<Value = Fit> {
    let exactly = (0_usize..9, 0_usize..9).prop_map(|(width, height)| Fit::Exactly { width, height });
    prop_oneof![(0_usize..9).prop_map(Fit::Within), exactly]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_safe(
        mut bytes in prop::sample::select(whole_files()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        keep in prop::option::of(any::<prop::sample::Index>()),
        mended in any::<bool>(),
        fit in any_fit(),
    ) {
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(keep) = keep {
            bytes.truncate(keep.index(bytes.len()));
        }
        if mended {
            mend(&mut bytes);
        }
        assert_safe(&bytes, fit)?;
    }

    #[test]
    fn bytes_at_random_are_safe(
        magic in prop::sample::select(vec![b"".as_slice(), b"\x89PNG\r\n\x1a\n", b"\x93NUMPY\x01\x00\x20\x00"]),
        random in prop::collection::vec(any::<u8>(), 0..200),
        fit in any_fit(),
    ) {
        assert_safe(&[magic, &random].concat(), fit)?;
    }

    #[test]
    fn headers_at_random_are_safe(
        descr in "'[<>|=]?[biufOcUM][0-9]{0,2}'|\\[.{0,9}|.{0,6}",
        fortran in "True|False|.{0,3}",
        shape in "\\(([0-9]{1,3}, ?){0,5}\\)|\\([0-9]{1,30},[0-9]{1,30}\\)|.{0,9}",
        data in prop::collection::vec(any::<u8>(), 0..64),
        fit in any_fit(),
    ) {
        assert_safe(&npy(&descr, &fortran, &shape, &data), fit)?;
    }
}
