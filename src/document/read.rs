//! Lenient reading: of what comes from elsewhere or from another version, all that holds is taken, and what was left out
//! is noted.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::image::{Base, Image, MOST_IMAGES};
use super::losses::{LossState, Losses};
use super::step::{DocumentEdit, Step};
use super::{CARDS, Document, FORMAT, text};
use crate::lenient;
use crate::loss;
use crate::loss::config::{Config, Settings};
use crate::panel;
use crate::scene::{Edits, ImageEdit, Legend, WIDEST};

/// Edits of one image that are read at most.
const MOST_EDITS: usize = 20_000;

/// Notes on a document that was read: parts that were left out, or brought into their range.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// Sentences about the document as a whole: a newer format, a damaged link.
    pub sentences: Vec<String>,
    /// Parts that were left out, by their names in the document.
    pub left_out: Vec<String>,
    /// Numbers that were brought into their range, by their names in the document.
    pub clamped: Vec<String>,
    /// Steps that were left out.
    pub skipped_steps: usize,
    /// Strokes, fills and the like that were left out.
    pub skipped_edits: usize,
}

impl Notes {
    /// All of it as sentences; none if nothing was left out.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = self.sentences.clone();
        if !self.left_out.is_empty() {
            texts.push(text::left_out(&self.left_out));
        }
        if !self.clamped.is_empty() {
            texts.push(text::clamped(&self.clamped));
        }
        if self.skipped_edits > 0 {
            texts.push(text::skipped_edits(self.skipped_edits));
        }
        if self.skipped_steps > 0 {
            texts.push(text::skipped_steps(self.skipped_steps));
        }
        texts
    }

    fn leave_out(&mut self, place: impl Into<String>) {
        self.left_out.push(place.into());
    }

    fn clamp(&mut self, place: impl Into<String>) {
        self.clamped.push(place.into());
    }
}

/// Field names of the document are those of its type in camel case.
pub(super) fn camel_case(name: &str) -> String {
    let mut camel = String::new();
    let mut upper = false;
    for letter in name.chars() {
        if letter == '_' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            camel.extend(letter.to_uppercase());
        } else {
            camel.push(letter);
        }
    }
    camel
}

/// A document from its JSON, with what is missing as in a new one.
pub fn document(value: Value, notes: &mut Notes) -> Document {
    onto(Document::default(), value, notes)
}

/// A document from its JSON, with what is missing as in another.
pub(super) fn onto(mut document: Document, value: Value, notes: &mut Notes) -> Document {
    let Value::Object(fields) = value else {
        if !value.is_null() {
            notes.leave_out("the document");
        }
        return document;
    };
    for (field, value) in fields {
        match field.as_str() {
            "images" => images(value, &mut document, notes),
            "active" => take(value, &field, &mut document.active, notes),
            "losses" => document.losses = losses(value, notes),
            "cards" => document.cards = cards(value, notes),
            "softEdges" => take(value, &field, &mut document.soft_edges, notes),
            "weighting" => take(value, &field, &mut document.weighting, notes),
            "view" => document.view = fields_of(value, &field, notes),
            "panel" => take(value, &field, &mut document.panel, notes),
            "panels" => document.panels = panels(value, notes),
            "tools" => document.tools = fields_of(value, &field, notes),
            "format" => {
                if let Some(format) = value.as_u64().filter(|&format| format > u64::from(FORMAT)) {
                    notes.sentences.push(text::newer_format(format, FORMAT));
                }
            }
            _ => notes.leave_out(field),
        }
    }
    if document.active >= document.images.len() {
        document.active = 0;
        notes.clamp("active");
    }
    if document.soft_edges > WIDEST {
        document.soft_edges = WIDEST;
        notes.clamp("softEdges");
    }
    if document.weighting != document.weighting.settled() {
        document.weighting = document.weighting.settled();
        notes.clamp("weighting");
    }
    if document.panel != CARDS && panel::find(&document.panel).is_err() {
        notes.leave_out(format!("panel {}", document.panel));
        CARDS.clone_into(&mut document.panel);
    }
    document
}

fn take<T: DeserializeOwned>(value: Value, place: &str, into: &mut T, notes: &mut Notes) {
    match serde_json::from_value(value) {
        Ok(value) => *into = value,
        Err(_) => notes.leave_out(place),
    }
}

/// A value of which each field is taken if it can be read.
fn fields_of<T: Default + Serialize + DeserializeOwned>(value: Value, place: &str, notes: &mut Notes) -> T {
    let (read, left_out) = lenient::fields_of(value);
    notes.left_out.extend(left_out.iter().map(|field| format!("{place}.{field}")));
    read
}

fn list(value: Value, place: &str, notes: &mut Notes) -> Vec<Value> {
    if let Value::Array(values) = value {
        return values;
    }
    notes.leave_out(place);
    Vec::new()
}

fn images(value: Value, document: &mut Document, notes: &mut Notes) {
    let mut images = Vec::new();
    for (place, value) in list(value, "images", notes).into_iter().enumerate() {
        if place == MOST_IMAGES {
            notes.leave_out(format!("images after the {MOST_IMAGES}th"));
            break;
        }
        match image(value, notes) {
            Some(image) => images.push(image),
            None => notes.leave_out(format!("image {}", place + 1)),
        }
    }
    if !images.is_empty() {
        document.images = images;
    }
}

/// An image with those of its edits that can be read.
fn image(value: Value, notes: &mut Notes) -> Option<Image> {
    let Value::Object(mut fields) = value else { return None };
    let mut base = fields.remove("base")?;
    let mut take = |field| base.as_object_mut().and_then(|base| base.remove(field));
    let (legend, files) = (take("legend"), take("files"));
    let read: Base = serde_json::from_value(base).ok()?;
    let mut base = read.clone().settled();
    if base != read {
        notes.clamp("the side of an image");
    }
    if let (Base::Raster { legend, .. }, Some(written)) = (&mut base, legend) {
        let read: Legend = fields_of(written, "image.legend", notes);
        *legend = read.clone().settled();
        if *legend != read {
            notes.clamp("image.legend");
        }
    }
    if let (Base::Raster { files, .. }, Some(written)) = (&mut base, files) {
        *files = fields_of(written, "image.files", notes);
    }
    let mut edits = Edits::default();
    let written = fields.remove("edits").unwrap_or(Value::Array(Vec::new()));
    for (place, value) in list(written, "edits", notes).into_iter().enumerate() {
        match serde_json::from_value::<ImageEdit>(value) {
            Ok(edit) if place < MOST_EDITS => edits = edits.with(edit),
            _ => notes.skipped_edits += 1,
        }
    }
    for field in fields.keys() {
        notes.leave_out(format!("image.{field}"));
    }
    Some(Image::edited(base, edits))
}

fn cards(value: Value, notes: &mut Notes) -> Vec<String> {
    let mut cards: Vec<String> = Vec::new();
    for value in list(value, "cards", notes) {
        match value.as_str() {
            Some(id) if loss::find(id).is_none() => notes.leave_out(format!("the card of {id}")),
            Some(id) if !cards.iter().any(|card| card == id) => cards.push(id.to_owned()),
            Some(_) => {}
            None => notes.leave_out("a card"),
        }
    }
    cards
}

fn losses(value: Value, notes: &mut Notes) -> Losses {
    let Value::Object(losses) = value else {
        notes.leave_out("losses");
        return Losses::default();
    };
    let mut read = Losses::default();
    for (id, value) in losses {
        let Some(spec) = loss::find(&id) else {
            notes.leave_out(format!("the settings of {id}"));
            continue;
        };
        let mut state: LossState = fields_of(value, &id, notes);
        let mut settings = Settings::new();
        for (param, setting) in std::mem::take(&mut state.settings) {
            let mut tried = settings.clone();
            tried.insert(param.clone(), setting.clone());
            if Config::new(spec, &tried).is_ok() {
                settings = tried;
            } else if let Some(nearest) =
                spec.params.iter().find(|known| known.id == param).and_then(|known| known.nearest(&setting))
            {
                notes.clamp(format!("{id}.{param}"));
                settings.insert(param, nearest);
            } else {
                notes.leave_out(format!("{id}.{param}"));
            }
        }
        if Config::new(spec, &settings).is_ok() {
            state.settings = settings;
        }
        if state != LossState::default() {
            read.insert(id, state);
        }
    }
    read
}

fn panels(value: Value, notes: &mut Notes) -> std::collections::BTreeMap<String, Value> {
    let Value::Object(panels) = value else {
        notes.leave_out("panels");
        return std::collections::BTreeMap::default();
    };
    let mut read = std::collections::BTreeMap::new();
    for (id, value) in panels {
        let Ok(panel) = panel::find(&id) else {
            notes.leave_out(format!("the panel {id}"));
            continue;
        };
        let (mut state, left_out) = panel.restore(&value);
        notes.left_out.extend(left_out.iter().map(|field| format!("{id}.{field}")));
        lenient::take_away_fields(&mut state, &panel.default_state());
        if state.as_object().is_some_and(|fields| !fields.is_empty()) {
            read.insert(id, state);
        }
    }
    read
}

/// A step as it is kept. Refuses, with a reason for those who look for it, one that cannot be read.
pub(super) fn step(value: Value) -> Result<Step, String> {
    let Value::Array(edits) = value else { return Err("a step is a list of changes".into()) };
    edits.into_iter().map(edit).collect()
}

fn edit(value: Value) -> Result<DocumentEdit, String> {
    let Value::Object(edit) = value else { return Err("a change is an object".into()) };
    let Some((kind, value)) = edit.into_iter().next() else { return Err("a change has a kind".into()) };
    let mut notes = Notes::default();
    let field = |name: &str| value.get(name).cloned().unwrap_or_default();
    let place = || field("image").as_u64().map(|at| at as usize).ok_or("an image is named by its place");
    let one = |value: Value, notes: &mut Notes| image(value, notes).ok_or_else(|| "an image".to_owned());
    let of = |error: serde_json::Error| error.to_string();
    Ok(match kind.as_str() {
        "paint" => {
            DocumentEdit::Paint { image: place()?, edit: serde_json::from_value(field("edit")).map_err(of)? }
        }
        "replace" => DocumentEdit::Replace { image: place()?, with: one(field("with"), &mut notes)? },
        "replaceAll" => {
            let images = list(field("with"), "images", &mut notes);
            let with: Result<Vec<_>, _> = images.into_iter().map(|value| one(value, &mut notes)).collect();
            DocumentEdit::ReplaceAll { with: with? }
        }
        "add" => DocumentEdit::Add { image: one(field("image"), &mut notes)? },
        "copy" => DocumentEdit::Copy { image: place()? },
        "remove" => DocumentEdit::Remove { image: place()? },
        "loss" => {
            let id = field("id").as_str().unwrap_or_default().to_owned();
            let one = Value::Object([(id.clone(), field("state"))].into_iter().collect());
            let state = losses(one, &mut notes).remove(&id).unwrap_or_default();
            DocumentEdit::Loss { id, state }
        }
        "cards" => DocumentEdit::Cards(cards(value, &mut notes)),
        "softEdges" => DocumentEdit::SoftEdges(serde_json::from_value(value).map_err(of)?),
        "pixelWeighting" => DocumentEdit::PixelWeighting(serde_json::from_value(value).map_err(of)?),
        "view" => DocumentEdit::View(fields_of(value, "view", &mut notes)),
        "panel" => DocumentEdit::Panel(serde_json::from_value(value).map_err(of)?),
        "open" => DocumentEdit::Open(Box::new(document(value, &mut notes))),
        other => return Err(format!("there is no change {other:?}")),
    })
}
