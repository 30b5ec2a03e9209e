//! Python that loads a file: the lines of every file of `made/`, which `run.py` beside it runs.

use lossfield::file::{load_lines, save_lines};
use lossfield::scene::Plane;

use super::made::{bytes, names};
use super::{reading, source};

#[test]
fn every_file_that_is_read_has_lines_that_load_it() {
    for name in names() {
        let bytes = bytes(&name);
        for plane in [Plane::Truth, Plane::Prediction] {
            let Ok(source) = lossfield::file::decode(&name, &bytes, plane, None) else { continue };
            let Ok(reading) = lossfield::file::read(&source, plane, lossfield::file::Context::default())
            else {
                continue;
            };
            let lines = load_lines(&name, plane, &reading.choice);
            let made = match plane {
                Plane::Truth => "labels = ",
                Plane::Prediction => "logits = ",
            };
            assert!(lines.iter().any(|line| line.starts_with(made)), "{name}: {lines:?}");
            assert!(lines.iter().any(|line| line.contains(&format!("{name:?}"))), "{name}: {lines:?}");
        }
    }
}

#[test]
fn what_is_saved_is_read_without_a_question() {
    assert!(save_lines(Plane::Truth)[2].contains(".save(\"truth.png\")"));
    assert!(save_lines(Plane::Prediction)[1].starts_with("np.save(\"prediction.npy\""));
    // The kinds of file that the lines write.
    for name in ["ids_255.png", "logits_4.npy"] {
        let plane = if name.ends_with("png") { Plane::Truth } else { Plane::Prediction };
        assert!(reading(&source(name, &bytes(name), plane), plane).sure, "{name}");
    }
}
