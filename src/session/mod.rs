//! The one stateful object: takes edits, gives updates.
//!
//! A [`Session`] holds the [document](crate::document) with its history, and what is worked out of it. The page sends at
//! most one [`Edit`] an animation frame and gets an [`Update`] with all numbers and pictures. A command changes the
//! document; `follow` then brings everything that hangs on it in line, in one place. Nothing here knows of a
//! browser; the same edits give the same updates natively.

pub mod catalogue;
pub mod command;
pub mod preview;
pub mod provenance;
pub mod set;
pub mod update;

mod at_work;
mod batch;
mod beside;
mod bytes;
mod cards;
mod carry_out;
mod certain;
mod code;
mod losses;
mod opening;
mod preset_view;
mod readout;
mod strokes;
mod text;
mod work;
mod works;

pub use at_work::panel_at_work;

use std::borrow::Cow;

use crate::document::read::Notes;
use crate::document::{Digest, Document, History, Kept, Rasters, carrier};
use crate::field::{Derived, Field, Head, IGNORE};
use crate::laboratory::{Snapshot, SnapshotHeader};
use crate::library::Facts;
use crate::loss::LOSSES;
use crate::paint::Scale;
use crate::paint::heatmap::heatmap;
use crate::paint::picture::{
    Backdrop, prediction_picture, soft_truth_picture, truth_picture, weights_picture,
};
use crate::panel::{self, Cache, Report, Seen, SeenCard};
use crate::scene::{PixelWeighting, soft_labels};
use batch::{Images, Together};
use command::{Edit, Look};
use losses::LossSettings;
use provenance::Provenance;
use strokes::Moment;
use update::{DocumentReadout, Notice, Pictures, SceneReadout, StripReadout, Update};
use work::{Pixels, Work, facts_of};
use works::Works;

/// Everything the worker holds. See the [module docs](self).
#[derive(Debug, Default)]
pub struct Session {
    history: History,
    /// Pixels of opened files, and those of them that are not told yet.
    rasters: Rasters,
    fresh: Vec<(Digest, Vec<u8>)>,
    look: Look,
    works: Works,
    losses: LossSettings,
    /// The images as one, while a panel looks at them.
    together: Together,
    /// Id of the open panel, and its cache from one frame to the next.
    cache: (String, Cache),
    /// Softness that is worked with, and the image that is worked on.
    followed: Followed,
    /// Notices of the opening, until they are told.
    notices: Vec<Notice>,
}

/// State of the document that all derived things are in line with, where they do not know it themselves.
#[derive(Debug, Default, PartialEq)]
struct Followed {
    soft_edges: usize,
    weighting: PixelWeighting,
    active: u32,
    cards: Vec<String>,
}

impl Session {
    /// A session of what was kept, with the pixels of opened files. Parts that cannot be read are left out, which the
    /// first update tells.
    pub fn open(kept: Option<&Kept>, fragment: Option<&str>, rasters: &[Vec<u8>]) -> Self {
        let mut session = Self::default();
        let mut notes = Notes::default();
        for bytes in rasters {
            if let Err(refusal) = session.rasters.take(bytes) {
                notes.sentences.push(text::sentence(&refusal));
            }
        }
        if let Some(kept) = kept {
            session.history = History::open(kept, &mut notes);
        }
        if let Some(fragment) = fragment {
            let (document, panel) = carrier::open_link(fragment, &mut notes);
            if let Some(document) = document {
                let document = session.with_images_at_hand(document, &mut notes);
                session.history = History::new(document);
            }
            if let Some(panel) = panel {
                session.history.look(|document| document.panel = panel);
            }
        }
        session.notices.extend(notes.texts().into_iter().map(Notice::remark));
        session
    }

    /// The document without the images that cannot be built here, which are noted; the first one's place is then taken by
    /// that of a new document.
    fn with_images_at_hand(&self, mut document: Document, notes: &mut Notes) -> Document {
        document.images.retain(|image| match image.base.build(&self.rasters) {
            Ok(_) => true,
            Err(refusal) => {
                notes.sentences.push(refusal);
                false
            }
        });
        if document.images.is_empty() {
            document.images = Document::default().images;
        }
        document.active = document.active.min(document.images.len() - 1);
        document
    }

    /// The document as it is.
    pub fn document(&self) -> &Document {
        self.history.document()
    }

    /// Carries out the commands in order and gives all that the page shows then.
    ///
    /// A command that cannot be carried out changes nothing and leaves a notice; the others still are.
    pub fn apply(&mut self, edit: Edit) -> Update {
        let notices = self.edit(edit);
        self.update(notices)
    }

    /// Carries out the commands without evaluating anything.
    pub fn edit(&mut self, edit: Edit) -> Vec<Notice> {
        let mut notices = std::mem::take(&mut self.notices);
        self.follow(&mut notices);
        for command in edit.commands {
            if let Err(refusal) = self.carry_out(command, &mut notices) {
                notices.push(Notice::refusal(refusal));
            }
            self.follow(&mut notices);
        }
        notices
    }

    /// The link to the document.
    pub fn link(&self) -> carrier::Link {
        carrier::link(self.history.document())
    }

    /// The document as a file.
    pub fn file(&self) -> String {
        carrier::file(self.history.document(), &self.rasters)
    }

    /// Brings all that is worked out in line with the document: the only place where it is decided what no longer holds.
    fn follow(&mut self, notices: &mut Vec<Notice>) {
        let document = self.history.document();
        let changed = self.works.follow(document, &self.rasters, notices);
        for (image, changes) in changed {
            self.together.note(image, changes);
        }
        let active = document.active_image().id;
        if document.soft_edges != self.followed.soft_edges {
            self.followed.soft_edges = document.soft_edges;
            self.works.iter_mut().for_each(Work::edges_changed);
            self.together = Together::default();
        }
        if document.weighting != self.followed.weighting {
            self.followed.weighting = document.weighting;
            self.works.iter_mut().for_each(Work::weighting_changed);
            self.together = Together::default();
            // What was seen after each stroke was with other weights.
            self.losses.version += 1;
        }
        if active != self.followed.active {
            if let Some(work) = self.works.get_mut(self.followed.active) {
                work.rest();
            }
            self.followed.active = active;
        }
        if document.cards != self.followed.cards {
            self.followed.cards.clone_from(&document.cards);
            self.losses.version += 1;
        }
        if document.panel != self.cache.0 {
            self.cache = (document.panel.clone(), Cache::default());
        }
        let Some(shape) = self.works.get(active).map(|work| work.scene().shape()) else { return };
        self.look.hovered = self.look.hovered.filter(|at| at.x < shape.width && at.y < shape.height);
        let mut settled = (document.view.clone(), document.tools);
        settled.0.settle(shape);
        settled.1.settle(shape, document.weighting);
        if (&settled.0, settled.1) != (&document.view, document.tools) {
            self.history.look(|document| (document.view, document.tools) = settled);
        }
    }

    /// A copy of the active image as it is seen and of the losses, for experiments on it; of a large one a
    /// [crop](Snapshot::cropped).
    pub fn snapshot(&self) -> Snapshot {
        let document = self.history.document();
        let (images, empty_images) = self.works.count_empty(document);
        let cards = self.losses.shown(&document.cards).iter().map(|card| card.spec.id.into()).collect();
        let work = self.works.get(document.active_image().id);
        let scene = work.map(Work::scene);
        let shape = scene.map(crate::scene::Scene::shape);
        Snapshot {
            header: SnapshotHeader {
                channels: shape.map_or(0, |shape| shape.channels),
                height: shape.map_or(0, |shape| shape.height),
                width: shape.map_or(0, |shape| shape.width),
                theme: self.look.theme,
                cards,
                settings: self.losses.settings(),
                images,
                empty_images,
                class_names: scene.map(crate::scene::Scene::class_names).unwrap_or_default(),
                crop: None,
            },
            labels: scene.map(|scene| scene.labels().clone()).unwrap_or_default(),
            logits: work.map(|work| work.playhead.effective_logits().clone()).unwrap_or_default(),
            shares: work.filter(|_| document.soft_edges > 0).map(|work| {
                let scene = work.scene();
                soft_labels(scene.labels(), scene.shape().channels, document.soft_edges)
            }),
            weights: scene.and_then(|scene| document.weighting.weights(scene.labels(), scene.weights())),
            photo: scene.and_then(|scene| scene.photo().map(<[u8]>::to_vec)),
        }
        .cropped()
    }

    /// Versions of all that an experiment on a [`Session::snapshot`] hangs on.
    pub fn provenance(&self) -> Provenance {
        Provenance::of(self.history.document())
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one line a part of what is told, in the order they need each other"
    )]
    fn update(&mut self, mut notices: Vec<Notice>) -> Update {
        let document = self.history.document();
        let (soft_edges, weighting) = (document.soft_edges, document.weighting);
        let with_panel = panel::find(&document.panel).is_ok();
        let strip = StripReadout::new(document, &self.works.of(document));
        let Some(((place, active), mut others)) = self.works.split_mut(document) else {
            unreachable!("the active image is worked on since the document was followed")
        };
        active.soften(soft_edges);
        active.weigh(weighting);
        if with_panel {
            for (_, work) in &mut others {
                work.soften(soft_edges);
                work.weigh(weighting);
            }
        }
        // Taken out for as long as the field borrows the image.
        let mut strokes = std::mem::take(&mut active.strokes);
        let replayed = strokes.replayed(&mut active.playhead, self.look.replay, soft_edges, weighting);
        let known = if replayed.is_some() { Derived::default() } else { std::mem::take(&mut active.derived) };
        let pixels = replayed.as_ref().map_or_else(|| active.pixels(), Moment::pixels);
        let Pixels { logits, labels, .. } = pixels;
        let field = pixels
            .field(known)
            // A scene only has fields that are whole, so this is a fault of ours, to be seen and reported.
            .unwrap_or_else(|refusal| unreachable!("{}", text::not_evaluated(&refusal.to_string())));
        let shape = field.shape();
        let (view, theme) = (&document.view, self.look.theme);
        let on = Backdrop { width: shape.width, photo: active.scene().photo().filter(|_| view.photo), theme };
        let facts = facts_of(&field, active.scene());
        let versions = self.losses.follow(&document.losses, facts, &mut notices);
        let concerned = versions.as_ref().map(|_| concerned(facts));
        let to_come = active.scene().truth_is_to_come();
        // Without a truth no loss has a value, and no panel anything to be about.
        let shown_cards = if to_come { Vec::new() } else { self.losses.shown(&document.cards) };
        let evaluated = cards::evaluate(&field, &shown_cards, view);
        let shown = cards::shown(&field, &evaluated, view);
        let limits = cards::limits(&shown, &evaluated, view);

        let pictures = painted(&field, on, &shown, &limits, (view.scale, document.tools.weighing));
        let is_adjusted = !active.playhead.adjustment().is_neutral();
        let of_image = (document.active_image(), is_adjusted);
        let cards = cards::readouts(&field, &shown_cards, &evaluated, &limits, view, of_image);
        let looked_at = view.pinned.or(self.look.hovered);
        let pixel =
            readout::pixel(&field, logits, labels, &shown_cards, &evaluated, looked_at, !self.look.painting);
        let code = code::shown(
            self.look.code.as_deref().filter(|_| !to_come),
            &self.losses,
            &field,
            facts,
            document,
            is_adjusted,
        );
        let at = active.playhead.at();
        if replayed.is_none()
            && !to_come
            && !active.playhead.is_stroking()
            && strokes.is_due(at, self.losses.version, soft_edges)
        {
            let stop = strokes::stop(&field, at, soft_edges, &shown_cards, &evaluated);
            strokes.see(at, self.losses.version, stop);
        }
        let panel = panel::find(&document.panel).ok().filter(|_| !to_come).and_then(|panel| {
            let cards: Vec<SeenCard<'_>> = shown_cards
                .iter()
                .zip(&evaluated)
                .map(|(card, evaluation)| SeenCard { set: card.set(), evaluation })
                .collect();
            let sources = batch::sources((place, active), &others);
            let own = replayed.is_none().then_some((active.version(), &field));
            let mut seen = Seen {
                field: &field,
                losses: &self.losses.sets(),
                cards: &cards,
                theme,
                scale: view.scale,
                by_probability: view.by_probability,
                photo: view.photo,
                legend: active.scene().legend(),
                pinned: view.pinned,
                pixel: looked_at,
                history: &strokes.along(at),
                batch: &mut Images { sources, active: own, together: &mut self.together },
                cache: &mut self.cache.1,
            };
            let state = document.panels.get(panel.id()).cloned().unwrap_or_default();
            let report = at_work::during(panel.id(), || panel.report(&state, &mut seen));
            reported(report, &mut notices)
        });
        self.together.rest();
        let scene = SceneReadout::new(active.scene(), update::class_shares(&field));
        let known = field.into_derived();
        active.strokes = strokes;
        if replayed.is_none() {
            active.derived = known;
        }
        let document = DocumentReadout::new(&self.history, &self.losses, active);
        Update {
            document,
            provenance: Provenance::of(self.history.document()),
            scene,
            strip,
            cards,
            pixel,
            code,
            panel,
            versions,
            concerned,
            kept: self.history.kept_change(),
            rasters: std::mem::take(&mut self.fresh),
            notices,
            pictures,
        }
    }
}

/// Pictures of the truth (or of the weights, while these are painted), the prediction and the gradients.
fn painted(
    field: &Field<'_>,
    on: Backdrop<'_>,
    gradients: &[Cow<'_, [f32]>],
    limits: &[f32],
    (scale, weighing): (Scale, bool),
) -> Pictures {
    let shape = field.shape();
    let mut pictures = Pictures::new(shape.pixels(), gradients.len());
    let (truth, prediction, heatmaps) = pictures.for_painting();
    match field.soft_labels() {
        _ if weighing => {
            let equal = || Cow::Owned(vec![1.0; shape.pixels()]);
            let weights = field.pixel_weights().map_or_else(equal, Cow::Borrowed);
            weights_picture(&weights, field.labels(), on, truth);
        }
        None => truth_picture(field.labels(), IGNORE, on, truth),
        Some(shares) => soft_truth_picture(shares, field.labels(), IGNORE, on, truth),
    }
    prediction_picture(&field.probabilities(Head::Joint).prob, shape.channels, on, prediction);
    for ((gradient, &limit), rgba) in gradients.iter().zip(limits).zip(heatmaps) {
        heatmap(gradient, limit, scale, on.theme, rgba);
    }
    pictures
}

/// The open panel's report. A panel that refuses leaves a notice.
fn reported(report: Result<Report, String>, notices: &mut Vec<Notice>) -> Option<Report> {
    report.map_err(|refusal| notices.push(Notice::refusal(refusal))).ok()
}

/// By loss, the parameters that have an effect on a field with these facts.
fn concerned(facts: Facts) -> std::collections::BTreeMap<String, Vec<String>> {
    let of = |spec: &crate::loss::Spec| {
        let params = spec.params.iter().filter(|param| facts.concern(param));
        params.map(|param| param.id.to_owned()).collect()
    };
    LOSSES.iter().map(|spec| (spec.id.to_owned(), of(spec))).collect()
}
