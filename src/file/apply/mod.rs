//! A choice carried out: labels or logits of a source.
//!
//! Labels are read by one function for both planes; a prediction of labels is then the hard one. Numbers are read by one
//! function too; a truth of numbers is then the prediction, cut. So any file is its own perfect prediction.

pub(super) mod clamp;
pub(super) mod size;

use std::collections::HashMap;

use ndarray::{Array2, Array3, s};
use serde::Serialize;

use super::choice::{Assignment, Channels, FileChoice, Key, NumberScale, Of, Rest, To, Values};
use super::read::layout::Layout;
use super::read::tally::Pixels;
use super::source::{Colour, Planes, Source};
use super::{FileError, FileRefusal, MOST_CLASSES, text};
use crate::field::regions::{MAX_REGIONS, regions_of, set_of};
use crate::field::{IGNORE, sigmoid};
use crate::scene::{Labelling, Plane};
use clamp::{LEAST_PROB, held, logit};
use size::{TargetGrid, components};

/// Class of a read truth.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LegendClass {
    /// Class, 0 to 31.
    pub class: u8,
    /// Values or colours of the file that are of the class; empty of one that was cut from numbers.
    pub keys: Vec<Key>,
    /// Name, where a data set gives one.
    pub name: Option<String>,
    /// Number of pixels, at the opened size.
    pub pixels: usize,
}

/// Meaning of a truth's values.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FileLegend {
    /// Every class of the task, also one that no pixel has.
    pub classes: Vec<LegendClass>,
    /// Values or colours that are ignored.
    pub void: Vec<Key>,
    /// Number of ignored pixels, at the opened size.
    pub ignored: usize,
    /// Samples that were looked at.
    pub of: Of,
    /// Assignments as they were chosen.
    pub assign: Vec<Assignment>,
}

impl FileLegend {
    /// Legend of values or colours with what each stands for; none of none.
    pub fn of_keys(keys: impl IntoIterator<Item = Assignment>) -> Option<Self> {
        let assign: Vec<Assignment> = keys.into_iter().collect();
        let first = assign.first()?;
        let of = if first.key.colour().is_some() { Of::Colour } else { Of::Value };
        Some(Self { classes: Vec::new(), void: Vec::new(), ignored: 0, of, assign })
    }
}

/// Truth as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadTruth {
    /// Labels that a pixel may have.
    pub labelling: Labelling,
    /// Class ids `[y, x]`, or sets of [regions](crate::field::regions), and [`IGNORE`] where the file is void.
    pub labels: Array2<u8>,
    /// Meaning of the classes, with their pixels.
    pub legend: FileLegend,
    /// Sentences about what was done.
    pub remarks: Vec<String>,
}

/// Prediction as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadPrediction {
    /// Logits `[class, y, x]`: one of the foreground, one of each class, or one of each region. Of probabilities under a
    /// softmax they are log p.
    pub logits: Array3<f32>,
    /// Meaning of the channels.
    pub channels: Channels,
    /// Classes of the task, with the background; regions, of independent channels.
    pub classes: usize,
    /// Sentences about what was done.
    pub remarks: Vec<String>,
}

impl ReadPrediction {
    /// Probabilities of the channels at a pixel, 0 to 1.
    pub fn probs_at(&self, y: usize, x: usize) -> Vec<f64> {
        let logits = self.logits.slice(s![.., y, x]);
        match self.channels {
            Channels::Foreground | Channels::Independent => {
                logits.iter().map(|&z| sigmoid(z.into())).collect()
            }
            Channels::Softmax => {
                let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let weights: Vec<f64> = logits.iter().map(|&z| f64::from(z - largest).exp()).collect();
                let sum: f64 = weights.iter().sum();
                weights.iter().map(|weight| weight / sum).collect()
            }
        }
    }
}

/// File as it was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    /// Read as a truth.
    Truth(ReadTruth),
    /// Read as a prediction.
    Prediction(ReadPrediction),
}

/// Reads a source by a choice. Error for a choice that the source cannot be read by: samples it does not have, values
/// outside the scale, a part outside the picture.
pub fn apply(source: &Source, choice: &FileChoice, plane: Plane) -> Result<Read, FileError> {
    applied(source, choice, plane).map_err(|refusal| refusal.of(source.name()))
}

fn applied(source: &Source, choice: &FileChoice, plane: Plane) -> Result<Read, FileRefusal> {
    let layout = Layout::of(source, Some(choice.channel_axis), None)?;
    let planes = source.planes(layout.axes);
    let pixels = Pixels::new(source, planes, choice.values.of())?;
    let grid = TargetGrid::of((planes.width, planes.height), choice.size)?;
    match &choice.values {
        Values::Labels { classes, assign, rest, of } => {
            let classes = usize::from(*classes);
            if !(2..=MOST_CLASSES).contains(&classes) || assign.len() > 256 {
                return Err(text::bad_choice_classes(classes, assign.len()));
            }
            if source.is_array() && planes.channels > 1 && *of == Of::Value {
                return Err(text::labels_of_channels(planes.channels));
            }
            let meanings = Meanings { assign, rest: *rest };
            let (whole, nearest) = labels(&pixels, &meanings, classes, source.bits)?;
            let mut remarks = Vec::new();
            if nearest > 0 {
                remarks.push(text::by_rest(nearest, planes.pixels(), *rest));
            }
            let labelling = Labelling::OneClass;
            let before = Counts::of(&whole, labelling);
            let thin = grid.resamples().then(|| regions(&whole));
            let opened = grid.labels(whole, &before.of_class);
            sized(&grid, &before, thin, (&opened, labelling), &mut remarks);
            Ok(match plane {
                Plane::Truth => Read::Truth(truth((opened, labelling), classes, of.clone(), assign, remarks)),
                Plane::Prediction => Read::Prediction(hard(&opened, classes, remarks)),
            })
        }
        Values::Numbers { scale, channels, clip, cut, of } => {
            let numbers = Numbers { pixels: &pixels, planes: &planes, scale: *scale, channels: *channels };
            numbers.check(*clip, *cut, of)?;
            let mut remarks = Vec::new();
            if grid.crops() {
                remarks.push(text::cropped(grid.target));
            }
            if grid.resamples() {
                let whole = TargetGrid::of((planes.width, planes.height), super::choice::Sizing::Own)?;
                let before = numbers.cut(&whole, *cut);
                let thin = regions(&before);
                let opened = numbers.cut(&grid, *cut);
                let counts = Counts::of(&before, numbers.labelling());
                sized(&grid, &counts, Some(thin), (&opened, numbers.labelling()), &mut remarks);
            }
            Ok(match plane {
                Plane::Truth => {
                    // A truth of regions has a number for each, and 0 for none.
                    let classes = match channels {
                        Channels::Independent => numbers.classes() + 1,
                        Channels::Foreground | Channels::Softmax => numbers.classes(),
                    };
                    let opened = numbers.cut(&grid, *cut);
                    Read::Truth(truth((opened, numbers.labelling()), classes, of.clone(), &[], remarks))
                }
                Plane::Prediction => Read::Prediction(numbers.logits(&grid, remarks)),
            })
        }
    }
}

/// Meaning of values by an assignment.
pub(super) struct Meanings<'a> {
    assign: &'a [Assignment],
    rest: Rest,
}

impl<'a> Meanings<'a> {
    /// None of numbers.
    pub(super) fn of(values: &'a Values) -> Option<Self> {
        match values {
            Values::Labels { assign, rest, .. } => Some(Self { assign, rest: *rest }),
            Values::Numbers { .. } => None,
        }
    }

    /// Meaning of a value, and the assignment that lists it, if one does.
    pub(super) fn of_key(&self, key: &Key) -> (Option<To>, Option<&'a Assignment>) {
        if let Some(listed) = self.assign.iter().find(|assignment| assignment.key == *key) {
            return (Some(listed.to), Some(listed));
        }
        let to = match self.rest {
            Rest::Void => Some(To::Void),
            Rest::Nothing => Some(To::Nothing),
            Rest::Nearest => self.nearest(key),
        };
        (to, None)
    }

    /// Meaning of the nearest value that is no void; of the nearest void, if all are.
    fn nearest(&self, key: &Key) -> Option<To> {
        let apart = |other: &Key| match (key, other) {
            (Key::Value(a), Key::Value(b)) => (a - b).abs(),
            (Key::Colour(_), Key::Colour(_)) => {
                let ([r, g, b], [x, y, z]) =
                    (key.colour().unwrap_or_default(), other.colour().unwrap_or_default());
                let square = |a: u16, b: u16| (f64::from(a) - f64::from(b)).powi(2);
                square(r, x) + square(g, y) + square(b, z)
            }
            _ => f64::INFINITY,
        };
        let order = |assignment: &&Assignment| (assignment.to == To::Void, apart(&assignment.key));
        let nearest = self.assign.iter().min_by(|a, b| {
            let ((a_void, a), (b_void, b)) = (order(a), order(b));
            a_void.cmp(&b_void).then(a.total_cmp(&b))
        });
        nearest.map(|assignment| assignment.to)
    }
}

/// Labels of every pixel of the file, and the number of those whose value is not listed.
fn labels(
    pixels: &Pixels<'_>,
    meanings: &Meanings<'_>,
    classes: usize,
    bits: u8,
) -> Result<(Array2<u8>, usize), FileRefusal> {
    let (height, width) = (pixels.planes.height, pixels.planes.width);
    let label_of = |key: &Key| -> Result<(u8, bool), FileRefusal> {
        let (to, listed) = meanings.of_key(key);
        let label = match to.ok_or_else(text::no_assignment)? {
            To::Class(class) if usize::from(class) < classes => class,
            To::Class(class) => return Err(text::class_beyond(class, classes)),
            To::Void => IGNORE,
            To::Nothing => 0,
        };
        Ok((label, listed.is_some()))
    };
    let mut all = Vec::with_capacity(height * width);
    let mut by_rest = 0;
    if pixels.is_coloured() {
        let mut known: HashMap<Colour, (u8, bool)> = HashMap::new();
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let colour = pixels.colour(y, x);
            let (label, listed) = match known.get(&colour) {
                Some(found) => *found,
                None => *known.entry(colour).or_insert(label_of(&Key::of_colour(colour, bits))?),
            };
            by_rest += usize::from(!listed);
            all.push(label);
        }
    } else {
        let mut known: HashMap<u64, (u8, bool)> = HashMap::new();
        let mut last = (f64::NAN, (0, true));
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let value = pixels.value(y, x) + 0.0;
            if value.is_nan() {
                return Err(text::not_finite(1, height * width, value, x, y));
            }
            if value.to_bits() != last.0.to_bits() {
                let found = match known.get(&value.to_bits()) {
                    Some(found) => *found,
                    None => *known.entry(value.to_bits()).or_insert(label_of(&Key::Value(value))?),
                };
                last = (value, found);
            }
            by_rest += usize::from(!last.1.1);
            all.push(last.1.0);
        }
    }
    let labels = Array2::from_shape_vec((height, width), all).map_err(|_| text::no_assignment())?;
    Ok((labels, by_rest))
}

/// Numbers of pixels of labels.
struct Counts {
    /// Of each class, or of each region and of none, and of what is ignored.
    of_class: [usize; 256],
    /// Of all but what is ignored.
    counted: usize,
}

impl Counts {
    fn of(labels: &Array2<u8>, labelling: Labelling) -> Self {
        let mut of_class = [0; 256];
        for &label in labels {
            match labelling {
                Labelling::Regions if ![0, IGNORE].contains(&label) => {
                    for region in regions_of(label) {
                        of_class[usize::from(region)] += 1;
                    }
                }
                _ => of_class[usize::from(label)] += 1,
            }
        }
        Self { of_class, counted: labels.len() - of_class[usize::from(IGNORE)] }
    }

    /// Share of the pixels that count which are foreground.
    fn foreground(&self) -> f64 {
        1.0 - self.of_class[0] as f64 / self.counted.max(1) as f64
    }
}

/// Number of regions that are neither background nor void.
fn regions(labels: &Array2<u8>) -> usize {
    let (height, width) = labels.dim();
    components(width, height, |y, x| labels[[y, x]] != 0 && labels[[y, x]] != IGNORE)
}

/// Remarks on what a change of size did.
fn sized(
    grid: &TargetGrid,
    before: &Counts,
    thin: Option<usize>,
    (opened, labelling): (&Array2<u8>, Labelling),
    remarks: &mut Vec<String>,
) {
    if grid.crops() {
        remarks.push(text::cropped(grid.target));
    }
    let Some(regions_before) = thin else { return };
    let after = Counts::of(opened, labelling);
    remarks.push(text::resampled(grid.target, grid.method));
    remarks
        .push(text::thin_parts([before.foreground(), after.foreground()], [regions_before, regions(opened)]));
    let count = |counts: &Counts, class: u8| counts.of_class[usize::from(class)];
    let lost = (0..=255u8).filter(|&class| count(before, class) > 0 && count(&after, class) == 0);
    remarks.extend(lost.map(|class| text::lost(class, labelling, count(before, class))));
}

fn truth(
    (labels, labelling): (Array2<u8>, Labelling),
    classes: usize,
    of: Of,
    assign: &[Assignment],
    remarks: Vec<String>,
) -> ReadTruth {
    let pixels = Counts::of(&labels, labelling).of_class;
    let of_class = |class: u8| LegendClass {
        class,
        keys: keys_of(assign, |to| to == To::Class(class) || (class == 0 && to == To::Nothing)),
        name: assign.iter().find(|a| a.to == To::Class(class)).and_then(|a| a.name.clone()),
        pixels: pixels[usize::from(class)],
    };
    let legend = FileLegend {
        classes: (0..classes as u8).map(of_class).collect(),
        void: keys_of(assign, |to| to == To::Void),
        ignored: pixels[usize::from(IGNORE)],
        of,
        assign: assign.to_vec(),
    };
    ReadTruth { labelling, labels, legend, remarks }
}

fn keys_of(assign: &[Assignment], is: impl Fn(To) -> bool) -> Vec<Key> {
    assign.iter().filter(|assignment| is(assignment.to)).map(|assignment| assignment.key.clone()).collect()
}

/// Prediction that is sure of each label. Void is no prediction, so it predicts the background.
fn hard(labels: &Array2<u8>, classes: usize, mut remarks: Vec<String>) -> ReadPrediction {
    let (height, width) = labels.dim();
    let void = labels.iter().filter(|&&label| label == IGNORE).count();
    if void > 0 {
        remarks.push(text::void_in_prediction(void));
    }
    remarks.push(text::exact(height * width, height * width));
    let of = |label: u8| if label == IGNORE { 0 } else { usize::from(label) };
    let (channels, head) =
        if classes == 2 { (1, Channels::Foreground) } else { (classes, Channels::Softmax) };
    let logits = Array3::from_shape_fn((channels, height, width), |(channel, y, x)| {
        let label = of(labels[[y, x]]);
        let z = if classes == 2 {
            logit(if label == 1 { 1.0 } else { 0.0 })
        } else {
            held(if label == channel { 1.0 } else { 0.0 }).ln()
        };
        z as f32
    });
    ReadPrediction { logits, channels: head, classes, remarks }
}

/// Numbers of a file on a scale.
struct Numbers<'a> {
    pixels: &'a Pixels<'a>,
    planes: &'a Planes<'a>,
    scale: NumberScale,
    channels: Channels,
}

impl Numbers<'_> {
    fn count(&self) -> usize {
        if self.channels == Channels::Foreground { 1 } else { self.planes.channels }
    }

    /// Classes of the task, or regions.
    fn classes(&self) -> usize {
        if self.channels == Channels::Foreground { 2 } else { self.count() }
    }

    fn sample(&self, channel: usize, y: usize, x: usize) -> f64 {
        if self.planes.channels > 1 && self.channels != Channels::Foreground {
            self.planes.value(channel, y, x)
        } else {
            self.pixels.value(y, x)
        }
    }

    /// Error for numbers that are not finite or outside their scale, and for channels that are not there.
    fn check(&self, clip: bool, cut: f64, of: &Of) -> Result<(), FileRefusal> {
        let several = self.planes.channels > 1 && self.pixels.is_array();
        if several && self.channels == Channels::Foreground {
            return Err(text::one_of_channels(self.planes.channels));
        }
        if !several && self.channels != Channels::Foreground {
            return Err(text::channels_of_one());
        }
        if self.channels == Channels::Independent && self.count() > MAX_REGIONS {
            return Err(text::too_many_regions(self.count()));
        }
        if *of == Of::Colour || *of == Of::Index {
            return Err(text::no_such_samples(of));
        }
        if !(0.0..=1.0).contains(&cut)
            || self.scale.white().is_some_and(|white| !(white > 0.0 && white.is_finite()))
        {
            return Err(text::bad_scale(cut));
        }
        let white = self.scale.white();
        let mut not_finite: Option<(usize, f64, usize, usize)> = None;
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for channel in 0..self.count() {
            for (y, x) in (0..self.planes.height).flat_map(|y| (0..self.planes.width).map(move |x| (y, x))) {
                let value = self.sample(channel, y, x);
                if value.is_finite() {
                    least = least.min(value);
                    most = most.max(value);
                } else {
                    not_finite.get_or_insert((0, value, x, y)).0 += 1;
                }
            }
        }
        if let Some((count, first, x, y)) = not_finite {
            return Err(text::not_finite(count, self.count() * self.planes.pixels(), first, x, y));
        }
        match white {
            Some(white) if !clip && (least < -1e-6 * white || most > (1.0 + 1e-6) * white) => {
                Err(text::outside_scale(least, most, white))
            }
            _ => Ok(()),
        }
    }

    /// Probability, or logit if the scale is one, of a channel at a pixel of the target.
    fn number(&self, grid: &TargetGrid, channel: usize, y: usize, x: usize) -> f64 {
        let of = |y: usize, x: usize| {
            let value = self.sample(channel, y, x);
            self.scale.white().map_or(value, |white| (value / white).clamp(0.0, 1.0))
        };
        if !grid.resamples() {
            let (y, x) = grid.centre(y, x);
            return of(y, x);
        }
        match grid.method {
            super::choice::Resampling::Centre => {
                let (y, x) = grid.centre(y, x);
                of(y, x)
            }
            super::choice::Resampling::Area => {
                let (mut sum, mut all) = (0.0, 0.0);
                for (y, x, area) in grid.area(y, x) {
                    sum += area * of(y, x);
                    all += area;
                }
                sum / all
            }
            super::choice::Resampling::KeepThin => {
                let ground = |y: usize, x: usize| match self.channels {
                    // The pixel that is least like background gives all channels.
                    Channels::Softmax => self.sample(0, y, x),
                    Channels::Foreground => -self.sample(0, y, x),
                    Channels::Independent => -self.sample(channel, y, x),
                };
                let least = grid.area(y, x).min_by(|a, b| ground(a.0, a.1).total_cmp(&ground(b.0, b.1)));
                least.map_or(0.0, |(y, x, _)| of(y, x))
            }
        }
    }

    /// Labels that a truth of these numbers has.
    fn labelling(&self) -> Labelling {
        if self.channels == Channels::Independent { Labelling::Regions } else { Labelling::OneClass }
    }

    /// Labels: the most probable class, or foreground from the cut on; of independent regions the set of those from the cut on.
    fn cut(&self, grid: &TargetGrid, cut: f64) -> Array2<u8> {
        let at_least = if self.scale.white().is_some() { cut } else { (cut / (1.0 - cut)).ln() };
        Array2::from_shape_fn((grid.target.1, grid.target.0), |(y, x)| {
            let number = |channel| self.number(grid, channel, y, x);
            match self.channels {
                Channels::Foreground => u8::from(number(0) >= at_least),
                Channels::Softmax => {
                    let mut best = (0, number(0));
                    for channel in 1..self.count() {
                        let value = number(channel);
                        if value > best.1 {
                            best = (channel, value);
                        }
                    }
                    best.0 as u8
                }
                Channels::Independent => (0..self.count())
                    .filter(|&channel| number(channel) >= at_least)
                    .fold(0, |label, channel| label | set_of(channel as u8 + 1)),
            }
        })
    }

    fn logits(&self, grid: &TargetGrid, mut remarks: Vec<String>) -> ReadPrediction {
        let (width, height) = grid.target;
        let mut at_ends = vec![false; width * height];
        let logits = Array3::from_shape_fn((self.count(), height, width), |(channel, y, x)| {
            let number = self.number(grid, channel, y, x);
            let z = if self.scale.white().is_none() {
                number
            } else {
                if !(LEAST_PROB..=1.0 - LEAST_PROB).contains(&number) {
                    at_ends[y * width + x] = true;
                }
                if self.channels == Channels::Softmax { held(number).ln() } else { logit(number) }
            };
            // A float64 may be beyond float32, and no loss tells such logits apart.
            z.clamp(-1e30, 1e30) as f32
        });
        let held_pixels = at_ends.iter().filter(|&&held| held).count();
        if held_pixels > 0 {
            remarks.push(text::exact(held_pixels, width * height));
        }
        match (self.channels, self.scale.white()) {
            (Channels::Softmax, Some(_)) => remarks.push(text::gauge()),
            (Channels::Softmax, None) if self.scale == NumberScale::LogProbabilities => {
                remarks.push(text::gauge());
            }
            _ => {}
        }
        ReadPrediction { logits, channels: self.channels, classes: self.classes(), remarks }
    }
}
