//! Steps of undo: every change of the document, with a place among them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Document;
use super::read::{self, Notes};
use super::step::{DocumentEdit, Step};
use super::view::View;
use crate::scene::Edits;

/// Identity of a control that is being moved: steps of one and the same control that follow each other are one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeKey {
    /// Temperature, bias and noise of an image.
    Adjustment(u32),
    /// Settings of a loss.
    Loss(String),
    /// Softness of the truth.
    SoftEdges,
    /// Weights of pixels.
    PixelWeighting,
    /// One pixel's probability of a class.
    Pixel {
        /// The image.
        image: u32,
        /// Column and row.
        at: (usize, usize),
        /// The class.
        class: u8,
    },
}

/// A step that was made, and the document after it.
#[derive(Debug, Clone)]
struct MadeStep {
    step: Step,
    after: Document,
    /// View and tab before a step that sets them.
    looked: Option<(View, String)>,
}

/// The document with all that was done to it.
#[derive(Debug, Clone)]
pub struct History {
    opening: Document,
    entries: Vec<MadeStep>,
    /// Steps that are made; those after were taken back.
    at: usize,
    now: Document,
    /// Control that the last step goes on with.
    moving: Option<MergeKey>,
    /// Steps that whoever keeps them knows already.
    known: Told,
}

/// State of the steps as whoever keeps them was last told.
#[derive(Debug, Clone, Default)]
struct Told {
    opening: bool,
    steps: usize,
    at: usize,
    looked_at: String,
}

impl Default for History {
    fn default() -> Self {
        Self::new(Document::default())
    }
}

impl History {
    /// A document to which nothing was done yet.
    pub fn new(document: Document) -> Self {
        Self {
            now: document.clone(),
            opening: document,
            entries: Vec::new(),
            at: 0,
            moving: None,
            known: Told::default(),
        }
    }

    /// The document as it is.
    pub fn document(&self) -> &Document {
        &self.now
    }

    /// Number of steps that are made.
    pub fn steps(&self) -> usize {
        self.at
    }

    /// True where there is a step to take back.
    pub fn can_undo(&self) -> bool {
        self.at > 0
    }

    /// True where there is a step to make again.
    pub fn can_redo(&self) -> bool {
        self.at < self.entries.len()
    }

    /// Changes what is no step: what is looked at, and the tools.
    pub fn look(&mut self, change: impl FnOnce(&mut Document)) {
        let mut changed = self.now.clone();
        change(&mut changed);
        self.now = changed.with_made_of(&self.now);
    }

    /// The document that a step is made on: as it is, or before the last step where the new one takes its place.
    pub fn before(&self, moving: Option<&MergeKey>) -> &Document {
        if self.goes_on(moving) { self.after(self.at - 1) } else { &self.now }
    }

    /// True where a step of this control takes the last one's place.
    fn goes_on(&self, moving: Option<&MergeKey>) -> bool {
        moving.is_some() && moving == self.moving.as_ref() && self.at == self.entries.len() && self.at > 0
    }

    /// Makes the last of these edits of an image a step; the others are those it has before. The list is taken as it is,
    /// so that who has gone along it is there already. Refuses an image that there is not.
    pub fn paint(&mut self, image: usize, edits: Edits, moving: Option<MergeKey>) -> Result<(), String> {
        let before = self.before(moving.as_ref()).images.get(image).map(|image| image.edits.id());
        let step = match edits.last() {
            Some(edit) if before != Some(edits.id()) => DocumentEdit::paint(image, edit.clone()),
            _ => Step::new(),
        };
        self.make_with(step, moving, |after| {
            if let Some(image) = after.images.get_mut(image) {
                image.edits = edits;
            }
        })
    }

    /// Makes a step. One of the control that the last step was of takes the last one's place. Refuses an image that there
    /// is not.
    pub fn make(&mut self, step: Step, moving: Option<MergeKey>) -> Result<(), String> {
        self.make_with(step, moving, |_| ())
    }

    fn make_with(
        &mut self,
        step: Step,
        moving: Option<MergeKey>,
        finish: impl FnOnce(&mut Document),
    ) -> Result<(), String> {
        let goes_on = self.goes_on(moving.as_ref());
        let at = if goes_on { self.at - 1 } else { self.at };
        let before = self.now.with_made_of(self.after(at));
        let mut after = before.clone();
        for edit in &step {
            edit.apply(&mut after)?;
        }
        finish(&mut after);
        self.moving = moving;
        let looks = |edit: &DocumentEdit| {
            matches!(edit, DocumentEdit::View(_) | DocumentEdit::Panel(_) | DocumentEdit::Open(_))
        };
        let looked = step.iter().any(looks).then(|| (self.now.view.clone(), self.now.panel.clone()));
        let is_new = after != before;
        if is_new || goes_on {
            self.entries.truncate(at);
            self.known.steps = self.known.steps.min(at);
            (self.at, self.now) = (at, after.clone());
        }
        if is_new {
            self.entries.push(MadeStep { step, after, looked });
            self.at += 1;
        } else {
            // Nothing to go on with: a control that came back to where it was leaves no step.
            self.moving = None;
        }
        Ok(())
    }

    /// The control that was moved is let go of: the next step is one of its own.
    pub fn settle(&mut self) {
        self.moving = None;
    }

    /// Takes the last step back. Gives whether there was one.
    pub fn undo(&mut self) -> bool {
        self.moving = None;
        if self.at == 0 {
            return false;
        }
        self.at -= 1;
        let undone = &self.entries[self.at];
        let looked = undone.looked.clone();
        let active = undone.touched().unwrap_or(self.now.active);
        self.now = self.now.with_made_of(self.after(self.at));
        self.activate(active);
        if let Some((view, panel)) = looked {
            (self.now.view, self.now.panel) = (view, panel);
        }
        true
    }

    /// Makes the last step that was taken back again. Gives whether there was one.
    pub fn redo(&mut self) -> bool {
        self.moving = None;
        let Some(again) = self.entries.get(self.at) else { return false };
        let looked = again.looked.as_ref().map(|_| (again.after.view.clone(), again.after.panel.clone()));
        let active = again.touched().unwrap_or(self.now.active);
        self.at += 1;
        self.now = self.now.with_made_of(self.after(self.at));
        self.activate(active);
        if let Some((view, panel)) = looked {
            (self.now.view, self.now.panel) = (view, panel);
        }
        true
    }

    fn activate(&mut self, image: usize) {
        self.now.active = image.min(self.now.images.len() - 1);
    }

    /// The document after so many steps.
    fn after(&self, steps: usize) -> &Document {
        steps.checked_sub(1).map_or(&self.opening, |last| &self.entries[last].after)
    }

    /// Changes since the last call, for whoever keeps the steps; nothing if there are none.
    pub fn kept_change(&mut self) -> Option<KeptChange> {
        let opening = (!self.known.opening).then(|| written(&self.opening));
        let from = self.known.steps;
        let steps: Vec<String> = self.entries[from..].iter().map(|entry| written(&entry.step)).collect();
        let looked_at = written(&self.now.looked_at());
        let same_look = looked_at == self.known.looked_at;
        if opening.is_none() && steps.is_empty() && self.known.at == self.at && same_look {
            return None;
        }
        self.known =
            Told { opening: true, steps: self.entries.len(), at: self.at, looked_at: looked_at.clone() };
        Some(KeptChange { opening, from, steps, at: self.at, looked_at })
    }

    /// A document with its steps from what was kept of it. What cannot be read is left out, and noted.
    pub fn open(kept: &Kept, notes: &mut Notes) -> Self {
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        let mut history = Self::new(read::document(parse(&kept.opening), notes));
        let mut skipped = 0;
        let mut at = kept.at;
        for (place, text) in kept.steps.iter().enumerate() {
            let made = read::step(parse(text)).and_then(|step| history.make(step, None));
            let grew = history.entries.len() + skipped == place + 1;
            if made.is_err() || !grew {
                skipped += 1;
                at -= usize::from(place < kept.at);
                notes.skipped_steps += usize::from(made.is_err());
            }
        }
        history.at = at.min(history.entries.len());
        history.now = history.now.with_made_of(history.after(history.at));
        let new = Document { images: history.now.images.clone(), ..Document::default() };
        let looked = read::onto(new, parse(&kept.looked_at), notes);
        history.now = looked.with_made_of(&history.now);
        history.activate(history.now.active);
        history.known = Told::default();
        history
    }
}

impl MadeStep {
    /// Image that the step is about, if it is about one.
    fn touched(&self) -> Option<usize> {
        self.step.iter().find_map(|edit| match edit {
            DocumentEdit::Paint { image, .. }
            | DocumentEdit::Replace { image, .. }
            | DocumentEdit::Remove { image } => Some(*image),
            _ => None,
        })
    }
}

impl Document {
    /// Fields that are looked at and no step of undo, as JSON; they are kept beside the steps.
    fn looked_at(&self) -> Value {
        let Value::Object(all) = serde_json::to_value(self).unwrap_or_default() else { return Value::Null };
        let is_step = |field: &str| {
            Self::SCOPES.iter().any(|(name, scopes)| scopes.undo && read::camel_case(name) == field)
        };
        Value::Object(all.into_iter().filter(|(field, _)| !is_step(field)).collect())
    }
}

fn written(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A document with all its steps, as it is kept over a reload or a crash. All texts are JSON.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Kept {
    /// The document before all steps.
    pub opening: String,
    /// Each step.
    pub steps: Vec<String>,
    /// Steps that are made; those after were taken back.
    pub at: usize,
    /// Fields that are looked at and no step of undo.
    pub looked_at: String,
}

/// Change of a [`Kept`]. All texts are JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct KeptChange {
    /// The document before all steps, where another is kept now.
    pub opening: Option<String>,
    /// Steps that are still the same, from the first.
    pub from: usize,
    /// Steps that follow those, replacing all that were kept after them.
    pub steps: Vec<String>,
    /// Steps that are made.
    pub at: usize,
    /// Fields that are looked at and no step of undo.
    pub looked_at: String,
}

impl Kept {
    /// Takes a change over.
    pub fn follow(&mut self, change: KeptChange) {
        if let Some(opening) = change.opening {
            self.opening = opening;
        }
        self.steps.truncate(change.from);
        self.steps.extend(change.steps);
        (self.at, self.looked_at) = (change.at, change.looked_at);
    }
}
