//! The scene after each stroke: what the losses and masks came to, and the way from one to the next played again.
//!
//! All of it hangs on places in the image's edits. What was seen at a place holds when undo comes back to it, and where
//! undo leaves a stroke, that stroke is no longer on the way.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::command::Replay;
use super::losses::Card;
use super::work::{Pixels, Truth, TruthRules};
use crate::field::{Field, Labels, Logits};
use crate::loss::Evaluation;
use crate::scene::{Edits, ImageEdit, PixelWeighting, Playhead};
use crate::study::strokes::{Stop, Valued, counts};

/// Places that are remembered; the oldest are forgotten first.
const MOST: usize = 400;

/// Stops of one image by the places that they were seen at.
#[derive(Debug, Default)]
pub(super) struct StrokeHistory {
    stops: BTreeMap<u64, SeenStop>,
    replayed: Option<Replayed>,
}

#[derive(Debug)]
struct SeenStop {
    stop: Stop,
    /// Version of the losses that it was seen with.
    losses: u64,
}

/// The pixels before and after a stroke that is played again.
#[derive(Debug)]
struct Replayed {
    at: u64,
    before: (Logits, Labels),
    after: (Logits, Labels),
}

/// The scene at a moment of a stroke.
#[derive(Debug)]
pub(super) struct Moment {
    pub(super) logits: Logits,
    pub(super) labels: Labels,
    truths: Vec<Truth>,
}

impl Moment {
    /// Pixels of a task as a field has them.
    pub(super) fn pixels(&self, task: usize) -> Pixels<'_> {
        self.truths[task].pixels(task, &self.logits, &self.labels)
    }
}

/// Epoch of a place: between two of one epoch lies nothing but strokes, and edges were equally soft.
fn epoch(at: &Edits, soft_edges: usize) -> u32 {
    ((at.len() - at.painted()) * (crate::scene::WIDEST + 1) + soft_edges) as u32
}

/// The scene as it is at a place, with the values of the cards.
pub(super) fn stop(
    field: &Field<'_>,
    at: &Edits,
    soft_edges: usize,
    cards: &[&Card],
    evaluated: &[Rc<Evaluation>],
) -> Stop {
    let losses = cards.iter().zip(evaluated).map(|(card, evaluated)| Valued {
        spec: card.spec,
        loss: Rc::clone(&card.loss),
        value: evaluated.value,
    });
    Stop {
        strokes: at.painted(),
        epoch: epoch(at, soft_edges),
        counts: counts(field),
        losses: losses.collect(),
        playable: at.painted() > 0,
    }
}

impl StrokeHistory {
    /// True where a place has not been seen with these losses and edges.
    pub(super) fn is_due(&self, at: &Edits, losses: u64, soft_edges: usize) -> bool {
        self.stops
            .get(&at.id())
            .is_none_or(|seen| seen.losses != losses || seen.stop.epoch != epoch(at, soft_edges))
    }

    /// Remembers what was seen at a place.
    pub(super) fn see(&mut self, at: &Edits, losses: u64, stop: Stop) {
        self.stops.insert(at.id(), SeenStop { stop, losses });
        while self.stops.len() > MOST {
            self.stops.pop_first();
        }
    }

    /// Stops on the way to a place, the latest last: after each stroke, and before the first.
    pub(super) fn along(&self, at: &Edits) -> Vec<&Stop> {
        let places = at.backwards().take(MOST).map(Edits::id);
        let base = (at.len() <= MOST).then_some(0);
        let mut stops: Vec<&Stop> =
            places.chain(base).filter_map(|id| self.stops.get(&id)).map(|seen| &seen.stop).collect();
        stops.reverse();
        stops
    }

    /// The scene at a moment of a stroke on the way to where the playhead is: logits on their way, labels half-way. None
    /// for a stroke that is not on it. The playhead is left where it was.
    fn moment(&mut self, playhead: &mut Playhead, replay: Replay) -> Option<(Logits, Labels)> {
        let here = playhead.at().clone();
        let is_it = |place: &&Edits| {
            place.painted() == replay.stroke && place.last().is_some_and(ImageEdit::is_painted)
        };
        let place = here.backwards().find(is_it)?.clone();
        if self.replayed.as_ref().is_none_or(|replayed| replayed.at != place.id()) {
            let pixels = |playhead: &Playhead| {
                (playhead.effective_logits().clone(), playhead.scene().labels().clone())
            };
            playhead.seek(&place.before());
            let before = pixels(playhead);
            playhead.seek(&place);
            let after = pixels(playhead);
            playhead.seek(&here);
            self.replayed = Some(Replayed { at: place.id(), before, after });
        }
        let Replayed { before, after, .. } = self.replayed.as_ref()?;
        let t = replay.moment.clamp(0.0, 1.0) as f32;
        let logits = &before.0 + &((&after.0 - &before.0) * t);
        Some((logits, if t < 0.5 { before.1.clone() } else { after.1.clone() }))
    }

    /// The moment that is shown in place of the scene, if one is. Its edges are those of its own labels. What is not
    /// played any longer is dropped.
    pub(super) fn replayed(
        &mut self,
        playhead: &mut Playhead,
        replay: Option<Replay>,
        soft_edges: usize,
        weighting: PixelWeighting,
    ) -> Option<Moment> {
        let Some(replay) = replay else {
            self.replayed = None;
            return None;
        };
        let (logits, labels) = self.moment(playhead, replay)?;
        let mut truths = Vec::new();
        TruthRules::of(playhead.scene(), soft_edges, weighting).complete(&labels, &mut truths);
        Some(Moment { logits, labels, truths })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Ink, Plane, Scene};

    fn seen(strokes: usize, epoch: u32) -> Stop {
        Stop { strokes, epoch, counts: Vec::new(), losses: Vec::new(), playable: true }
    }

    fn paint(edits: &Edits, x: usize) -> Edits {
        edits.with(ImageEdit::Pixel { x, y: 0, class: 1, prob: 0.9 })
    }

    #[test]
    fn stops_are_those_on_the_way_and_a_clear_begins_another_epoch() {
        let mut history = StrokeHistory::default();
        let base = Edits::default();
        let first = paint(&base, 0);
        let second = paint(&first, 1);
        let cleared = second.with(ImageEdit::Clear { plane: Plane::Prediction });
        let third = paint(&cleared, 2);
        for at in [&base, &first, &second, &cleared, &third] {
            assert!(history.is_due(at, 1, 0));
            history.see(at, 1, seen(at.painted(), epoch(at, 0)));
            assert!(!history.is_due(at, 1, 0) && history.is_due(at, 2, 0) && history.is_due(at, 1, 3));
        }
        let told = |at: &Edits| -> Vec<(usize, u32)> {
            history.along(at).iter().map(|stop| (stop.strokes, stop.epoch)).collect()
        };
        assert_eq!(told(&second), [(0, 0), (1, 0), (2, 0)]);
        let [.., cleared, third] = told(&third)[..] else { panic!("two at least") };
        assert_eq!((cleared.0, third.0), (2, 3));
        assert!(cleared.1 == third.1 && cleared.1 != 0);
    }

    #[test]
    fn a_stroke_is_played_from_its_own_pixels_to_its_own() {
        let mut history = StrokeHistory::default();
        let scene = Scene::blank("blank", 2, 3, 1).unwrap();
        let mut playhead = Playhead::new(scene.into());
        let label = |x| ImageEdit::Fill { ink: Ink::Truth { class: 1 }, x, y: 0 };
        let edits: Edits = [
            ImageEdit::Pixel { x: 0, y: 0, class: 1, prob: 0.5 },
            label(0),
            ImageEdit::Pixel { x: 1, y: 0, class: 1, prob: 0.5 },
        ]
        .into_iter()
        .collect();
        playhead.seek(&edits);
        let now = playhead.effective_logits().clone();
        let z = |moment: f64, history: &mut StrokeHistory, playhead: &mut Playhead| {
            history.moment(playhead, Replay { stroke: 1, moment }).unwrap()
        };
        let (start, labels) = z(0.0, &mut history, &mut playhead);
        let (middle, _) = z(0.5, &mut history, &mut playhead);
        let (end, _) = z(1.0, &mut history, &mut playhead);
        assert!(start[[0, 0, 0, 0]] < -3.0 && end[[0, 0, 0, 0]].abs() < 1e-6);
        assert!((middle[[0, 0, 0, 0]] - 0.5 * start[[0, 0, 0, 0]]).abs() < 1e-5);
        assert!(labels.iter().all(|&label| label == 0), "the truth was filled later");
        assert_eq!((playhead.at().id(), playhead.effective_logits()), (edits.id(), &now));
        assert!(history.moment(&mut playhead, Replay { stroke: 4, moment: 0.0 }).is_none());
    }
}
