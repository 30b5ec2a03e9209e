//! Prints, as JSON, how every file of a folder is read, with the lines of Python that load it. `run.py` beside it runs
//! them and compares what they make.
#![allow(clippy::print_stdout, reason = "the output of this program is its purpose")]

use std::path::Path;

use lossfield::field::regions::labels_of;
use lossfield::file::{Context, Read, apply, decode, load_lines, read};
use lossfield::scene::{Labelling, Plane};
use ndarray::Axis;
use serde_json::{Value, json};

fn main() {
    let Some(folder) = std::env::args().nth(1) else { panic!("usage: emit FOLDER") };
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let read: Vec<Value> = paths
        .iter()
        .flat_map(|path| [Plane::Truth, Plane::Prediction].map(|plane| line(path, plane)))
        .flatten()
        .collect();
    println!("{}", Value::Array(read));
}

/// Reading of a file; none of one that is refused.
fn line(path: &Path, plane: Plane) -> Option<Value> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let source = decode(&name, &std::fs::read(path).ok()?, plane, None).ok()?;
    let reading = read(&source, plane, Context::default()).ok()?;
    let (shape, values): (Vec<usize>, Vec<f64>) = match apply(&source, &reading.choice, plane).ok()? {
        Read::Truth(truth) => {
            let (height, width) = truth.labels.dim();
            match truth.labelling {
                Labelling::OneClass => {
                    (vec![height, width], truth.labels.iter().map(|&label| label.into()).collect())
                }
                // A plane of 0 and 1 for each.
                Labelling::Regions => {
                    let regions = 1..truth.legend.classes.len() as u8;
                    let shape = vec![regions.len(), height, width];
                    let sets = truth.labels.insert_axis(Axis(0));
                    let planes = regions.flat_map(|region| labels_of(sets.view(), region));
                    (shape, planes.map(f64::from).collect())
                }
            }
        }
        Read::Prediction(prediction) => {
            (prediction.logits.shape().to_vec(), prediction.logits.iter().map(|&z| z.into()).collect())
        }
    };
    let lines = load_lines(&name, plane, &reading.choice);
    Some(json!({ "file": name, "plane": plane, "lines": lines, "shape": shape, "values": values }))
}
