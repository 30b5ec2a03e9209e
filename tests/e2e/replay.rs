//! Values of the cards, computed without a browser: a document as the page keeps it in, the value of every card out.
//!
//! `{"kept": {...}, "rasters": [[...], ...]}` is read from standard input and opened in a new session;
//! `{"<loss>": <value>, ...}` is written to standard output with all digits. What the session says on opening is written to
//! standard error.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use lossfield::document::Kept;
use lossfield::session::Session;
use lossfield::session::command::Edit;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Input of the program.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    kept: Kept,
    #[serde(default)]
    rasters: Vec<Vec<u8>>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            let _ = writeln!(io::stderr(), "replay: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut input = String::new();
    io::stdin()
        .read_to_string(&mut input)
        .map_err(|error| format!("standard input could not be read as text: {error}."))?;
    let Input { kept, rasters } = serde_json::from_str(&input).map_err(|error| {
        format!("standard input is not a kept document: {error}; expected {{\"kept\": …}} as in src/document/history.rs.")
    })?;

    let update = Session::open(Some(&kept), None, &rasters).apply(Edit::default());
    for notice in &update.notices {
        let _ = writeln!(io::stderr(), "replay: {}", notice.text);
    }
    let mut values = Map::new();
    for card in &update.cards {
        // JSON has no number for these, and a null would hide which card it is.
        let value = serde_json::Number::from_f64(card.value)
            .ok_or_else(|| format!("the value of {} is {}, which JSON cannot hold.", card.id, card.value))?;
        values.insert(card.id.clone(), Value::Number(value));
    }
    writeln!(io::stdout(), "{}", Value::Object(values))
        .map_err(|error| format!("standard output could not be written: {error}."))
}
