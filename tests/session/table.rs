//! Table of a folder of pairs of files, as the page would make it, as CSV; how long it took is told beside.
//!
//! usage: table [--all] FOLDER
//!        table --made PAIRS SIDE FOLDER
//!
//! The first prints a row for each pair, with the losses that have a card at first, or all of them, at their defaults; as
//! many threads as there are cores evaluate one pair each at a time. The second writes so many pairs of so many pixels a
//! side into a folder: a truth of blobs as PNG, and probabilities of it that are not sure at the edges as `.npy`.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use lossfield::file::{FilePair, pairs};
use lossfield::panel::Panel;
use lossfield::panel::set::{RowOutcome, SetPanel, SetRow, SetState};
use lossfield::session::Session;
use lossfield::session::command::{NamedBytes, PairBytes};
use lossfield::session::set::{SetEvaluator, SetSettings};
use serde_json::json;

const USAGE: &str = "usage: table [--all] FOLDER, or table --made PAIRS SIDE FOLDER";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["--made", pairs, side, folder] => made(pairs, side, Path::new(folder)),
        ["--all", folder] => table(Path::new(folder), true),
        [folder] => table(Path::new(folder), false),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            let _ = writeln!(io::stderr(), "{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn said(path: &Path) -> impl Fn(io::Error) -> String {
    let path = path.display().to_string();
    move |error| format!("{path}: {error}.")
}

/// Names of all files in a folder, with the folders between.
fn names(folder: &Path, before: &str, all: &mut Vec<String>) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(said(folder))? {
        let path = entry.map_err(said(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            names(&path, &format!("{before}{name}/"), all)?;
        } else {
            all.push(format!("{before}{name}"));
        }
    }
    Ok(())
}

fn table(folder: &Path, all: bool) -> Result<(), String> {
    let mut files = Vec::new();
    names(folder, "", &mut files)?;
    files.sort();
    let found = pairs(&files);
    let mut session = Session::default();
    if all {
        let edit =
            json!({ "commands": [{ "kind": "setPanelState", "id": "set", "state": { "losses": "all" } }] });
        session.apply(serde_json::from_value(edit).map_err(|error| error.to_string())?);
    }
    let begun = Instant::now();
    let rows = evaluated(folder, &files, &found.pairs, &session.set_settings());
    let took = begun.elapsed();
    let report = SetPanel::ask(&SetState::default(), json!({ "kind": "csv", "rows": rows }))?;
    let csv = report.details["csv"].as_str().unwrap_or_default();
    write!(io::stdout(), "{csv}").map_err(|error| error.to_string())?;
    let _ = writeln!(
        io::stderr(),
        "{} pairs, {} of them evaluated, {} files in none: {:.1} s on {} threads",
        rows.len(),
        rows.iter().filter(|row| matches!(row.outcome, RowOutcome::Measured { .. })).count(),
        found.left_over.len(),
        took.as_secs_f64(),
        threads(),
    );
    Ok(())
}

fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Rows of the pairs in their order; each thread has one pair at a time.
fn evaluated(folder: &Path, files: &[String], pairs: &[FilePair], settings: &SetSettings) -> Vec<SetRow> {
    let next = AtomicUsize::new(0);
    let rows: Mutex<Vec<(usize, SetRow)>> = Mutex::default();
    let work = || {
        let mut evaluator = SetEvaluator::new(settings.clone());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(pair) = pairs.get(at) else { break };
            // A file that cannot be opened is one that cannot be read.
            let file = |at: usize| NamedBytes {
                name: files[at].clone(),
                bytes: fs::read(folder.join(&files[at])).unwrap_or_default(),
            };
            let bytes = PairBytes {
                name: pair.name.clone(),
                truth: file(pair.truth),
                prediction: file(pair.prediction),
            };
            let (row, _) = evaluator.row(&bytes, &[]);
            if let Ok(mut rows) = rows.lock() {
                rows.push((at, row));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads() {
            scope.spawn(work);
        }
    });
    let mut rows = rows.into_inner().unwrap_or_default();
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn made(pairs: &str, side: &str, folder: &Path) -> Result<(), String> {
    let (Ok(pairs), Ok(side)) = (pairs.parse::<usize>(), side.parse::<u32>()) else {
        return Err(USAGE.to_owned());
    };
    let places = ["masks", "predictions"].map(|part| folder.join(part));
    for place in &places {
        fs::create_dir_all(place).map_err(said(place))?;
    }
    for image in 0..pairs {
        let path = |place: &Path, ending: &str| place.join(format!("{image:04}.{ending}"));
        write_png(&path(&places[0], "png"), image, side)?;
        write_npy(&path(&places[1], "npy"), image, side)?;
    }
    Ok(())
}

/// Depth of a pixel in the blobs of an image, in pixels; negative outside. `off` moves their edges.
fn depth(image: usize, side: u32, (x, y): (u32, u32), off: f64) -> f64 {
    let side = f64::from(side);
    let blob = |k: usize| {
        let seed = (image * 7 + k * 13) as f64;
        let centre = |turn: f64| side * (0.5 + 0.36 * (seed * turn).sin());
        let radius = side * (0.03 + 0.09 * (seed * 0.7).sin().powi(2)) + off;
        radius - (f64::from(x) - centre(1.3)).hypot(f64::from(y) - centre(2.1))
    };
    (0..2 + image % 5).map(blob).fold(f64::MIN, f64::max)
}

fn pixels(side: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..side).flat_map(move |y| (0..side).map(move |x| (x, y)))
}

fn write_png(path: &Path, image: usize, side: u32) -> Result<(), String> {
    let grey: Vec<u8> =
        pixels(side).map(|at| if depth(image, side, at, 0.0) > 0.0 { 255 } else { 0 }).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&grey));
    written.map_err(|error| error.to_string())?;
    fs::write(path, bytes).map_err(said(path))
}

fn write_npy(path: &Path, image: usize, side: u32) -> Result<(), String> {
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({side}, {side}), }}");
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    let off = 3.0 * (image as f64).sin();
    let prob = |at: (u32, u32)| {
        let noise = f64::from((at.0 * 7919 + at.1 * 104_729) % 101) / 50.0 - 1.0;
        1.0 / (1.0 + (-0.8 * depth(image, side, at, off) - noise).exp())
    };
    bytes.extend(pixels(side).flat_map(|at| (prob(at) as f32).to_le_bytes()));
    fs::write(path, bytes).map_err(said(path))
}
