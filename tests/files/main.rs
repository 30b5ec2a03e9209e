//! Files as people have them, and as nobody should: every reading, every refusal's sentence, and bytes at random.
//!
//! `make.py` writes the files of `made/` with NumPy, Pillow and tifffile themselves, and says what each should give.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test stops at what should not be")]

mod bytes;
mod choices;
mod damage;
mod judged;
mod made;
mod numbers;
mod python;
mod refusal;
mod regions;
mod sizes;

use lossfield::file::{
    Context, FileChoice, FileError, Read, ReadPrediction, ReadTruth, Reading, Source, apply, decode, read,
};
use lossfield::scene::Plane;

/// Source of a file that is read.
fn source(name: &str, bytes: &[u8], plane: Plane) -> Source {
    decode(name, bytes, plane, None).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// Reading of a file without a scene.
fn reading(source: &Source, plane: Plane) -> Reading {
    read(source, plane, Context::default()).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn truth_by(source: &Source, choice: &FileChoice) -> ReadTruth {
    match apply(source, choice, Plane::Truth).unwrap_or_else(|refusal| panic!("{refusal}")) {
        Read::Truth(truth) => truth,
        Read::Prediction(_) => panic!("a truth was read as a prediction"),
    }
}

fn prediction_by(source: &Source, choice: &FileChoice) -> ReadPrediction {
    match apply(source, choice, Plane::Prediction).unwrap_or_else(|refusal| panic!("{refusal}")) {
        Read::Prediction(prediction) => prediction,
        Read::Truth(_) => panic!("a prediction was read as a truth"),
    }
}

/// Sentence of the refusal of a file as a truth, by the decoder or by its rules.
fn refused(name: &str, bytes: &[u8]) -> String {
    let refusal: Result<Reading, FileError> = decode(name, bytes, Plane::Truth, None)
        .and_then(|source| read(&source, Plane::Truth, Context::default()));
    match refusal {
        Ok(reading) => panic!("{name} was read: {}", reading.text),
        Err(refusal) => refusal.to_string(),
    }
}
