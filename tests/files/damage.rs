//! Bytes at random: nothing panics, and what opens is what it should be.

use std::sync::LazyLock;

use lossfield::field::IGNORE;
use lossfield::file::{Context, Read, apply, decode, read};
use lossfield::scene::{Labelling, Plane};
use proptest::prelude::*;

use super::bytes::{mend, npy};
use super::made;

/// Whole files of every format, small enough to be damaged in every place.
static WHOLE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let all = made::names().into_iter().map(|name| made::bytes(&name));
    all.filter(|bytes| bytes.len() < 6000).collect()
});

/// Reads bytes in every way. Whatever is read is what it should be; whatever is refused is named.
fn assert_safe(bytes: &[u8]) -> Result<(), TestCaseError> {
    let name = "what is this?.png";
    for plane in [Plane::Truth, Plane::Prediction] {
        let source = match decode(name, bytes, plane, None) {
            Ok(source) => source,
            Err(error) => {
                prop_assert!(error.to_string().contains(name));
                continue;
            }
        };
        let reading = match read(&source, plane, Context::default()) {
            Ok(reading) => reading,
            Err(error) => {
                prop_assert!(error.to_string().contains(name));
                continue;
            }
        };
        prop_assert!(reading.values.len() <= 64 && !reading.text.is_empty());
        match apply(&source, &reading.choice, plane) {
            Ok(Read::Truth(truth)) => {
                let classes = truth.legend.classes.len();
                let labels = match truth.labelling {
                    Labelling::OneClass => classes,
                    Labelling::Regions => 1 << (classes - 1),
                };
                let valid = |&label: &u8| usize::from(label) < labels || label == IGNORE;
                prop_assert!((2..=33).contains(&classes) && truth.labels.iter().all(valid));
                let counted: usize = match truth.labelling {
                    Labelling::OneClass => truth.legend.classes.iter().map(|class| class.pixels).sum(),
                    Labelling::Regions => {
                        let with_any = truth.labels.iter().filter(|&&label| ![0, IGNORE].contains(&label));
                        truth.legend.classes[0].pixels + with_any.count()
                    }
                };
                prop_assert_eq!(counted + truth.legend.ignored, truth.labels.len());
            }
            Ok(Read::Prediction(prediction)) => {
                prop_assert!(prediction.logits.iter().all(|z| z.is_finite()));
                prop_assert!(!prediction.logits.is_empty());
            }
            // A suggestion can be carried out.
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_safe(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        keep in prop::option::of(any::<prop::sample::Index>()),
        mended in any::<bool>(),
    ) {
        let mut bytes = WHOLE[which.index(WHOLE.len())].clone();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(keep) = keep {
            bytes.truncate(keep.index(bytes.len()));
        }
        if mended && bytes.starts_with(b"\x89PNG") {
            mend(&mut bytes);
        }
        assert_safe(&bytes)?;
    }

    #[test]
    fn bytes_at_random_are_safe(
        magic in prop::sample::select(vec![
            b"".as_slice(), b"\x89PNG\r\n\x1a\n", b"\x93NUMPY\x01\x00\x20\x00", b"BM", b"II*\0\x08\0\0\0", b"MM\0*",
            b"\xff\xd8\xff\xe0", b"RIFF\x40\0\0\0WEBPVP8L", b"PK\x03\x04", b"1,2,",
        ]),
        random in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        assert_safe(&[magic, &random].concat())?;
    }

    #[test]
    fn headers_at_random_are_safe(
        descr in "'[<>|=]?[biufOcUM][0-9]{0,2}'|\\[.{0,9}|.{0,6}",
        fortran in "True|False|.{0,3}",
        shape in "\\(([0-9]{1,3}, ?){0,5}\\)|\\([0-9]{1,30},[0-9]{1,30}\\)|.{0,9}",
        data in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        assert_safe(&npy(&descr, &fortran, &shape, &data))?;
    }

    #[test]
    fn arrays_of_any_numbers_are_safe(
        kind in prop::sample::select(vec!["'|u1'", "'|i1'", "'<u2'", "'<i2'", "'<i4'", "'<i8'", "'<f2'", "'<f4'", "'<f8'", "'|b1'"]),
        shape in prop::sample::select(vec!["(2, 3)", "(1, 2, 3)", "(2, 3, 1)", "(2, 1, 3)", "(3, 1, 2)", "(2, 3, 4)", "(1, 3, 2, 2)"]),
        data in prop::collection::vec(any::<u8>(), 192),
    ) {
        assert_safe(&npy(kind, "False", shape, &data))?;
    }

    #[test]
    fn tables_at_random_are_safe(text in "[-+0-9., ;\ta-f#\n]{0,80}") {
        assert_safe(text.as_bytes())?;
    }
}
