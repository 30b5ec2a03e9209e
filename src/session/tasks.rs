//! The tasks of the image at hand: the one that it is, or one for each of its regions.

use std::borrow::Cow;
use std::rc::Rc;

use super::cards;
use super::losses::Card;
use super::strokes::Moment;
use super::work::Work;
use super::{text, update};
use crate::document::View;
use crate::field::regions::{has_region, topmost, topmost_probs};
use crate::field::{Derived, Field, Head, IGNORE, Labels, Logits};
use crate::library::Facts;
use crate::loss::{Evaluation, Loss};
use crate::paint::picture::{Backdrop, prediction_picture, soft_truth_picture, truth_picture};
use crate::scene::{Labelling, Legend, Scene};
use crate::study::share;

/// Fields of an image: one, or one for each region.
#[derive(Debug)]
pub(super) struct Tasks<'f> {
    /// One at least.
    pub(super) fields: Vec<Field<'f>>,
    pub(super) labelling: Labelling,
    /// Task that panels are about.
    pub(super) chosen: usize,
    /// Logits of all tasks, `[image, channel, y, x]`.
    pub(super) logits: &'f Logits,
    /// Labels of the image: of regions their sets.
    pub(super) labels: &'f Labels,
}

impl<'f> Tasks<'f> {
    /// Tasks of an image, or of a moment of it, going on from what was known of each.
    pub(super) fn of(work: &'f Work, moment: Option<&'f Moment>, known: Vec<Derived>, chosen: usize) -> Self {
        let field = |(task, known): (usize, Derived)| {
            let pixels = moment.map_or_else(|| work.pixels(task), |moment| moment.pixels(task));
            // A scene only has fields that are whole, so this is a fault of ours, to be seen and reported.
            pixels
                .field(known)
                .unwrap_or_else(|refusal| unreachable!("{}", text::not_evaluated(&refusal.to_string())))
        };
        let (logits, labels) = moment.map_or_else(
            || (work.playhead.effective_logits(), work.scene().labels()),
            |moment| (&moment.logits, &moment.labels),
        );
        let fields = known.into_iter().enumerate().map(field).collect();
        Self { fields, labelling: work.scene().labelling(), chosen, logits, labels }
    }

    /// Regions with their names; none of one task.
    pub(super) fn named<'t>(&'t self, scene: &Scene) -> Vec<(String, &'t Field<'f>)> {
        let regions = 1..=self.regions().unwrap_or(0);
        regions.map(|region| scene.called(region)).zip(&self.fields).collect()
    }

    /// Names of the classes of the task that panels are about.
    pub(super) fn legend<'s>(&self, scene: &'s Scene) -> Cow<'s, Legend> {
        match self.labelling {
            Labelling::OneClass => Cow::Borrowed(scene.legend()),
            Labelling::Regions => Cow::Owned(scene.legend_of_region(self.chosen + 1)),
        }
    }

    /// Every card's loss, by task and of all tasks together.
    pub(super) fn evaluate(
        &self,
        cards: &[&Card],
        view: &View,
    ) -> (Vec<Vec<Rc<Evaluation>>>, Vec<Rc<Evaluation>>) {
        let by_task: Vec<_> = self.fields.iter().map(|field| cards::evaluate(field, cards, view)).collect();
        let together = self.together(&by_task);
        (by_task, together)
    }

    /// Field that panels are about.
    pub(super) fn field(&self) -> &Field<'f> {
        &self.fields[self.chosen]
    }

    /// Number of regions; none of one task.
    pub(super) fn regions(&self) -> Option<usize> {
        (self.labelling == Labelling::Regions).then_some(self.fields.len())
    }

    /// Facts of the image, from its fields, that decide how a library is called.
    pub(super) fn facts(&self, scene: &Scene) -> Facts {
        let regions = self.regions().unwrap_or(0);
        Facts { ignored_as: scene.legend().ignore_index(), regions, ..Facts::of(self.field()) }
    }

    /// What the fields had worked out, by task.
    pub(super) fn into_derived(self) -> Vec<Derived> {
        self.fields.into_iter().map(Field::into_derived).collect()
    }

    /// Evaluations of all tasks together, from those of each.
    fn together(&self, by_task: &[Vec<Rc<Evaluation>>]) -> Vec<Rc<Evaluation>> {
        if self.regions().is_none() {
            return by_task[0].clone();
        }
        let of_loss = |loss: usize| {
            let regions: Vec<Rc<Evaluation>> =
                by_task.iter().map(|of_task| Rc::clone(&of_task[loss])).collect();
            Rc::new(Evaluation::of_regions(&regions))
        };
        (0..by_task[0].len()).map(of_loss).collect()
    }

    /// Value of a loss: of regions the mean over them.
    pub(super) fn value(&self, loss: &dyn Loss) -> f64 {
        let sum: f64 = self.fields.iter().map(|field| loss.evaluate(field, None)).sum();
        sum / self.fields.len() as f64
    }

    /// Share of pixels by class, of those that are not ignored; of regions that of each, behind that of pixels without any.
    pub(super) fn class_shares(&self) -> Vec<f64> {
        let Some(regions) = self.regions() else { return update::class_shares(self.field()) };
        let counted = self.labels.iter().filter(|&&label| label != IGNORE).count().max(1) as f64;
        let share =
            |is: &dyn Fn(u8) -> bool| self.labels.iter().filter(|&&label| is(label)).count() as f64 / counted;
        let of_region = |region| share(&|label| has_region(label, region));
        std::iter::once(share(&|label| label == 0)).chain((1..=regions as u8).map(of_region)).collect()
    }

    /// Fraction of Σ|gradient| on the pixels of each class. Of regions that on the pixels of each region by its own logit,
    /// behind that of all logits outside their regions. None if the gradient is 0 everywhere.
    pub(super) fn gradient_shares(&self, gradient: &[f32]) -> Option<Vec<f64>> {
        let Some(regions) = self.regions() else { return share::class_shares(self.field(), gradient) };
        let mut sums = vec![0.0; regions + 1];
        let pixels = self.labels.len();
        for (plane, region) in gradient.chunks_exact(pixels).zip(1u8..) {
            for (g, &label) in plane.iter().zip(self.labels) {
                let place = if has_region(label, region) { region } else { 0 };
                sums[usize::from(place)] += f64::from(g.abs());
            }
        }
        let total: f64 = sums.iter().sum();
        (total > 0.0).then(|| sums.into_iter().map(|sum| sum / total).collect())
    }

    /// One number a pixel: the gradient by the logit of one class, or of each pixel's label; of regions, where none is chosen,
    /// the largest of the pixel.
    pub(super) fn gradient_shown<'g>(&self, gradient: &'g [f32], view: &View) -> Cow<'g, [f32]> {
        let pixels = self.labels.len();
        let channels = gradient.len() / pixels.max(1);
        if channels == 1 {
            return gradient.into();
        }
        let chosen = view.gradient_class.and_then(|class| self.labelling.channel(class, channels));
        if let Some(channel) = chosen {
            return gradient[channel * pixels..(channel + 1) * pixels].into();
        }
        let at = |channel: usize, pixel: usize| gradient[channel * pixels + pixel];
        let of_label = |(pixel, &label): (usize, &u8)| match self.labelling {
            _ if label == IGNORE => 0.0,
            Labelling::OneClass => at(label.into(), pixel),
            Labelling::Regions => (0..channels)
                .map(|channel| at(channel, pixel))
                .fold(0.0, |most: f32, g| if g.abs() > most.abs() { g } else { most }),
        };
        self.labels.iter().enumerate().map(of_label).collect()
    }

    /// Paints the truth and the prediction. Regions are layers: the last is on top, and what is probable is opaque.
    pub(super) fn paint(&self, on: Backdrop<'_>, truth: &mut [u8], prediction: &mut [u8]) {
        let joined = |of: &dyn Fn(&Field<'_>) -> Vec<f64>| -> Vec<f64> {
            topmost_probs(&self.fields.iter().flat_map(of).collect::<Vec<_>>(), self.fields.len())
        };
        let field = self.field();
        if let Some(regions) = self.regions() {
            let shown: Vec<u8> = self.labels.iter().map(|&label| topmost(label)).collect();
            if self.fields.iter().all(|field| field.soft_labels().is_some()) {
                let shares = |field: &Field<'_>| {
                    field.soft_labels().unwrap_or_default().iter().map(|&share| share.into()).collect()
                };
                let shares: Vec<f32> = joined(&shares).into_iter().map(|share| share as f32).collect();
                soft_truth_picture(&shares, &shown, IGNORE, on, truth);
            } else {
                truth_picture(&shown, IGNORE, on, truth);
            }
            let layers = joined(&|field| field.probabilities(Head::Joint).prob.clone());
            prediction_picture(&layers, regions + 1, on, prediction);
            return;
        }
        match field.soft_labels() {
            None => truth_picture(field.labels(), IGNORE, on, truth),
            Some(shares) => soft_truth_picture(shares, field.labels(), IGNORE, on, truth),
        }
        prediction_picture(&field.probabilities(Head::Joint).prob, field.shape().channels, on, prediction);
    }
}
