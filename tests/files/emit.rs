//! Prints, as JSON, how every file of a folder is read, with the lines of Python that load it. `run.py` beside it runs
//! them and compares what they make.
#![allow(clippy::print_stdout, reason = "the output of this program is its purpose")]

use std::path::Path;

use lossfield::file::{Context, Read, apply, decode, load_lines, read};
use lossfield::scene::Plane;
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
            (truth.labels.shape().to_vec(), truth.labels.iter().map(|&l| l.into()).collect())
        }
        Read::Prediction(prediction) => {
            (prediction.logits.shape().to_vec(), prediction.logits.iter().map(|&z| z.into()).collect())
        }
    };
    let lines = load_lines(&name, plane, &reading.choice);
    Some(json!({ "file": name, "plane": plane, "lines": lines, "shape": shape, "values": values }))
}
