//! What the page shows, computed without a browser: commands of the page's protocol in, the value of every card out.
//!
//! `{"commands": [...]}` is read from standard input and applied to a new session; `{"<loss>": <value>, ...}` is written
//! to standard output with all digits. A command that the session refuses changes nothing, as on the page, and is told
//! on standard error.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use lossfield::session::Session;
use lossfield::session::edit::Edit;
use serde_json::{Map, Value};

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
    let edit: Edit = serde_json::from_str(&input).map_err(|error| {
        format!("standard input is not an edit: {error}; expected {{\"commands\": [...]}} as in src/session/edit.rs.")
    })?;

    let frame = Session::default().apply(edit);
    for refusal in frame.notices.iter().filter(|notice| notice.refusal) {
        let _ = writeln!(io::stderr(), "replay: {}", refusal.text);
    }
    let mut values = Map::new();
    for card in &frame.cards {
        // JSON has no number for these, and a null would hide which card it is.
        let value = serde_json::Number::from_f64(card.value)
            .ok_or_else(|| format!("the value of {} is {}, which JSON cannot hold.", card.id, card.value))?;
        values.insert(card.id.clone(), Value::Number(value));
    }
    writeln!(io::stdout(), "{}", Value::Object(values))
        .map_err(|error| format!("standard output could not be written: {error}."))
}
