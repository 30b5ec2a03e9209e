//! Experiments that test the rules, on one scene.
//!
//! Each is small and about one thing. Most start from a prediction that is right everywhere with a
//! probability of 0.99, and measure the rise of the value where it is made wrong in one way or another; so
//! losses of any scale are compared with themselves. They use the hard labels of the first image.

use ndarray::{Array2, Array3, Array4};
use serde::{Deserialize, Serialize};

use crate::field::{Field, Head, IGNORE, Labels, Logits, Shape, Task};
use crate::loss::{Evaluation, Loss};
use crate::metric::edge;
use crate::panel::advisor::scene_facts::{SceneFacts, parts};
use crate::scene::random;
use crate::study::descent::{Lane, Method, Model, Race, Rules, Start};
use crate::study::share::foreground_share;

/// Probability of the predicted class in most experiments. With less, the background of a large image would
/// add up to more false positives than there is foreground.
const CERTAIN: f64 = 0.99;
/// Probability of the predicted class where a gradient is measured.
const LIKELY: f64 = 0.9;
/// Fraction of the foreground that is missed, and falsely found.
const MISTAKEN: f64 = 0.1;
/// Largest ratio of two costs, and the inverse of the smallest: ratios beyond are clamped.
pub const MOST: f64 = 100.0;
/// Width of the uncertain edge, in pixels.
pub const RING: f64 = 2.0;
/// Fractions of cases in which the uncertain edge is foreground.
pub const SHARES: [f64; 4] = [0.2, 0.4, 0.6, 0.8];
/// Standard deviation of logits that stand for even odds: it moves no probability by more than 10⁻⁵.
const NEARLY_EVEN: f64 = 1e-5;
/// Seed of their order.
const TIES: u32 = 5;
/// Number of steps from 0 to 1 in the probabilities tried at the uncertain edge.
const GRID: u32 = 20;

/// Measurements of one loss on one scene; none, or empty, for what is not known yet or cannot be measured
/// here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Profile {
    /// Foreground's fraction of Σ|gradient| at even odds, all logits as good as 0.
    pub share_at_start: Option<f64>,
    /// Foreground's fraction of Σ|gradient| with the present prediction.
    pub share_now: Option<f64>,
    /// Cost of missing a tenth of the foreground, over that of as many false pixels, both along the boundary.
    pub missed_to_false: Option<f64>,
    /// Cost of a false pixel where the foreground is predicted 3 pixels too wide, over that where it is 1
    /// pixel too wide.
    pub far_to_near: Option<f64>,
    /// Optima at an uncertain edge: the probability with the least expected loss if the edge is foreground,
    /// all of it or none, in each of the [`SHARES`] of cases.
    pub optima: Vec<f64>,
    /// Gradient where the truth has no foreground.
    pub empty: Option<EmptyGradient>,
    /// Cost of missing the smallest class, over that of as many pixels of the largest.
    pub rare_to_common: Option<f64>,
    /// Cost of missing the smallest object, over that of as many pixels of the largest.
    pub small_to_large: Option<f64>,
    /// Fraction of Σ|gradient| on the smallest object, where it alone is missed.
    pub share_on_smallest: Option<f64>,
    /// Cost of a break in a thin object, over that of as many pixels off its sides.
    pub break_to_sides: Option<f64>,
    /// IoU by step of a short descent of a small predictor.
    pub ious: Vec<f64>,
}

/// Gradient of the present prediction where the truth has no foreground.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct EmptyGradient {
    /// Σ|gradient|.
    pub sum: f64,
    /// Largest fraction of the sum that one pixel has, from 0 to 1.
    pub largest: f64,
}

impl Profile {
    /// Mean distance of the optimum from the fraction of cases, over [`SHARES`]; none if the optima are not
    /// known.
    pub fn edge_error(&self) -> Option<f64> {
        let error = |(p, q): (&f64, f64)| (p - q).abs() / SHARES.len() as f64;
        (self.optima.len() == SHARES.len()).then(|| self.optima.iter().zip(SHARES).map(error).sum())
    }

    /// IoU that a whole descent reaches: the mean of its last third, since it wavers; none before it is
    /// complete.
    pub fn reached(&self) -> Option<f64> {
        let last = Bench::STEPS / 3;
        (self.ious.len() > Bench::STEPS)
            .then(|| self.ious[self.ious.len() - last..].iter().sum::<f64>() / last as f64)
    }
}

/// Measurement made at one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measurement {
    /// Foreground's fraction of the gradient, at even odds and now.
    Shares,
    /// Missed against false pixels.
    Errors,
    /// Far against near false pixels.
    Distance,
    /// Optima at an uncertain edge.
    Edge,
    /// Gradient of an empty truth.
    Empty,
    /// Rare against common classes.
    Classes,
    /// Small against large objects.
    Objects,
    /// Breaks in a thin object against its sides.
    Breaks,
}

impl Measurement {
    /// Measurements, the quickest first.
    pub const ALL: [Self; 8] = [
        Self::Shares,
        Self::Empty,
        Self::Errors,
        Self::Distance,
        Self::Classes,
        Self::Objects,
        Self::Breaks,
        Self::Edge,
    ];
}

/// Scene prepared for the experiments.
#[derive(Debug)]
pub struct Bench {
    shape: Shape,
    labels: Labels,
    logits: Logits,
    image: Array2<f32>,
    facts: SceneFacts,
    /// Distance in pixels: of each foreground pixel to the nearest outside its class, of each other one to
    /// the nearest foreground, infinite if there is none.
    distance: Vec<f64>,
    /// Class of each foreground pixel, and of the nearest foreground for each other pixel.
    nearest: Vec<u8>,
    /// Pixels of each object, in the order of the facts.
    objects: Vec<Vec<usize>>,
    /// Pixels of a break in the largest thin object, and as many off its sides.
    breaks: Option<[Vec<usize>; 2]>,
}

impl Bench {
    /// Number of steps of a whole descent.
    pub const STEPS: usize = 40;

    /// Prepares a scene of one image. Error, as a sentence, for logits and labels that [`Field::new`]
    /// refuses.
    pub fn new(logits: Logits, labels: Labels, image: Array2<f32>) -> Result<Self, String> {
        let field =
            Field::new(logits.view(), labels.view(), Some(IGNORE)).map_err(|refusal| refusal.to_string())?;
        let shape = field.shape();
        let facts = SceneFacts::of(&field);
        let channel = |class: usize| if shape.channels == 1 { 0 } else { class };
        let present: Vec<usize> =
            facts.classes.iter().copied().filter(|&class| facts.region(Some(class)).objects > 0).collect();
        let (mut distance, mut nearest) = (Vec::new(), Vec::new());
        for (pixel, &label) in field.labels_of(0).iter().enumerate() {
            let of = |class: usize| field.distances()[shape.plane(0, channel(class)).start + pixel];
            let own = if label > 0 && label != IGNORE {
                Some(usize::from(label))
            } else {
                present.iter().copied().min_by(|&a, &b| of(a).total_cmp(&of(b)))
            };
            distance.push(own.map_or(f64::INFINITY, of));
            nearest.push(own.unwrap_or(0) as u8);
        }
        let mut objects = Vec::new();
        for &class in &facts.classes {
            let (of, count) = parts(&field.mask(0, channel(class)), shape.width);
            let from = objects.len();
            objects.resize(from + count, Vec::new());
            for (pixel, part) in of.iter().enumerate() {
                if let Some(part) = part {
                    objects[from + part].push(pixel);
                }
            }
        }
        let thin =
            (0..objects.len()).filter(|&i| facts.objects[i].is_thin()).max_by_key(|&i| objects[i].len());
        let breaks =
            thin.and_then(|i| break_of(&objects[i], facts.objects[i].depth, (shape.height, shape.width)));
        Ok(Self { shape, labels, logits, image, facts, distance, nearest, objects, breaks })
    }

    /// Facts about the truth.
    pub fn facts(&self) -> &SceneFacts {
        &self.facts
    }

    /// Makes one measurement of a loss and writes it into its profile. Quantities that cannot be measured on
    /// this scene stay unknown.
    pub fn measure(&self, what: Measurement, loss: &dyn Loss, profile: &mut Profile) -> Result<(), String> {
        match what {
            Measurement::Shares => {
                profile.share_at_start = self.share(loss, &even_odds(self.logits.dim()))?;
                profile.share_now = self.share(loss, &self.logits)?;
            }
            Measurement::Errors => profile.missed_to_false = self.errors(loss)?,
            Measurement::Distance => profile.far_to_near = self.far(loss)?,
            Measurement::Edge => profile.optima = self.optima(loss)?,
            Measurement::Empty => profile.empty = Some(self.empty(loss)?),
            Measurement::Classes => profile.rare_to_common = self.classes(loss)?,
            Measurement::Objects => {
                (profile.small_to_large, profile.share_on_smallest) = self.smallest(loss)?;
            }
            Measurement::Breaks => profile.break_to_sides = self.broken(loss)?,
        }
        Ok(())
    }

    /// Descent of a small predictor over the scene's image from small random weights, not yet begun.
    pub fn race(&self, loss: Box<dyn Loss>) -> Result<Race, String> {
        let rules = Rules {
            model: Model::Filters,
            start: Start::Even,
            method: Method::Adam,
            rate: 0.03,
            equal_norm: false,
            seed: 1,
        };
        let lane = Lane { name: String::new(), stages: vec![(0, loss)] };
        Race::new(self.logits.clone(), self.labels.clone(), &self.image, vec![lane], rules)
    }

    fn share(&self, loss: &dyn Loss, logits: &Logits) -> Result<Option<f64>, String> {
        let field = field(logits, &self.labels)?;
        let share = foreground_share(&field, &Evaluation::of(loss, &field).gradient);
        Ok(share.filter(|_| !self.facts.is_empty()))
    }

    /// Labels of the truth, with 0 for ignored pixels.
    fn truth(&self) -> Vec<u8> {
        self.labels.iter().map(|&label| if label == IGNORE { 0 } else { label }).collect()
    }

    /// Counted pixels of one side, as pairs of their distance and index.
    fn side(&self, foreground: bool) -> Vec<(f64, usize)> {
        let counted = self.labels.iter().enumerate().filter(|(_, label)| **label != IGNORE);
        let side = counted.filter(|(_, label)| (**label > 0) == foreground);
        side.map(|(pixel, _)| (self.distance[pixel], pixel)).collect()
    }

    /// Logits that predict the classes of a map, each with a probability of `sure`.
    fn predicting(&self, map: &[u8], sure: f64) -> Logits {
        let Shape { channels, height, width, .. } = self.shape;
        let z = match self.shape.task() {
            Task::Binary => (sure / (1.0 - sure)).ln(),
            Task::Multiclass => (sure * (channels - 1) as f64 / (1.0 - sure)).ln(),
        } as f32;
        Array4::from_shape_fn((1, channels, height, width), |(_, channel, y, x)| {
            let class = usize::from(map[y * width + x]);
            match self.shape.task() {
                Task::Binary => {
                    if class == 1 {
                        z
                    } else {
                        -z
                    }
                }
                Task::Multiclass => {
                    if class == channel {
                        z
                    } else {
                        0.0
                    }
                }
            }
        })
    }

    fn value(&self, loss: &dyn Loss, map: &[u8]) -> Result<f64, String> {
        Ok(loss.evaluate(&field(&self.predicting(map, CERTAIN), &self.labels)?, None))
    }

    /// Ratio of the rises of the value with two mistakes, from 1/[`MOST`] to [`MOST`]; none if neither costs
    /// anything.
    fn rises(&self, loss: &dyn Loss, maps: [&[u8]; 2]) -> Result<Option<f64>, String> {
        let right = self.value(loss, &self.truth())?;
        let [one, other] = [self.value(loss, maps[0])? - right, self.value(loss, maps[1])? - right];
        let tiny = 1e-12 * right.abs().max(1.0);
        let cost = |rise: f64| if rise > tiny { rise } else { 0.0 };
        // A mistake may cost nothing at all.
        let ratio = (cost(one) / cost(other)).clamp(1.0 / MOST, MOST);
        Ok((!ratio.is_nan()).then_some(ratio))
    }

    /// Truth with some pixels missed.
    fn missing(&self, pixels: &[usize]) -> Vec<u8> {
        let mut map = self.truth();
        for &pixel in pixels {
            map[pixel] = 0;
        }
        map
    }

    fn errors(&self, loss: &dyn Loss) -> Result<Option<f64>, String> {
        let (inside, outside) = (self.side(true), self.side(false));
        let n = ((MISTAKEN * inside.len() as f64).round() as usize).max(1).min(outside.len());
        if inside.is_empty() || n == 0 {
            return Ok(None);
        }
        let missed = self.missing(&nearest_of(inside, n));
        let mut false_finds = self.truth();
        for pixel in nearest_of(outside, n) {
            false_finds[pixel] = self.nearest[pixel];
        }
        self.rises(loss, [&missed, &false_finds])
    }

    fn far(&self, loss: &dyn Loss) -> Result<Option<f64>, String> {
        let outside = self.side(false);
        let wide = |by: f64| {
            let mut map = self.truth();
            let near = outside.iter().filter(|(distance, _)| *distance <= by);
            let added = near.map(|&(_, pixel)| map[pixel] = self.nearest[pixel]).count();
            (map, added as f64)
        };
        let ((far, many), (near, few)) = (wide(3.0), wide(1.0));
        if self.facts.is_empty() || few == 0.0 || many <= few {
            return Ok(None);
        }
        Ok(self.rises(loss, [&far, &near])?.map(|ratio| ratio * few / many))
    }

    fn optima(&self, loss: &dyn Loss) -> Result<Vec<f64>, String> {
        let outside = self.side(false);
        let ring: Vec<usize> =
            outside.iter().filter(|(distance, _)| *distance <= RING).map(|(_, pixel)| *pixel).collect();
        if ring.is_empty() {
            return Ok(Vec::new());
        }
        let width = self.shape.width;
        let mut foreground = self.labels.clone();
        for &pixel in &ring {
            foreground[[0, pixel / width, pixel % width]] = self.nearest[pixel];
        }
        let mut logits = self.predicting(&self.truth(), CERTAIN);
        let mut tried = Vec::new();
        for step in 0..=GRID {
            let p = (f64::from(step) / f64::from(GRID)).clamp(1.0 - CERTAIN, CERTAIN);
            for &pixel in &ring {
                let (y, x) = (pixel / width, pixel % width);
                for channel in 0..self.shape.channels {
                    logits[[0, channel, y, x]] = match self.shape.task() {
                        Task::Binary => (p / (1.0 - p)).ln(),
                        Task::Multiclass if channel == usize::from(self.nearest[pixel]) => p.ln(),
                        Task::Multiclass if channel == 0 => (1.0 - p).ln(),
                        // As good as nothing for the others.
                        Task::Multiclass => 1e-4f64.ln(),
                    } as f32;
                }
            }
            let [with, without] = [&foreground, &self.labels]
                .map(|labels| field(&logits, labels).map(|field| loss.evaluate(&field, None)));
            tried.push((p, with?, without?));
        }
        let best = |q: f64| {
            let expected = |(_, with, without): &(f64, f64, f64)| q * with + (1.0 - q) * without;
            tried.iter().min_by(|a, b| expected(a).total_cmp(&expected(b))).map(|tried| tried.0)
        };
        Ok(SHARES.iter().filter_map(|&q| best(q)).collect())
    }

    fn empty(&self, loss: &dyn Loss) -> Result<EmptyGradient, String> {
        let nothing: Array3<u8> = self.labels.mapv(|label| if label == IGNORE { IGNORE } else { 0 });
        let field = field(&self.logits, &nothing)?;
        let evaluation = Evaluation::of(loss, &field);
        let of_pixel = |pixel: usize| -> f64 {
            (0..self.shape.channels)
                .map(|channel| evaluation.at(self.shape.plane(0, channel).start + pixel).abs())
                .sum()
        };
        let (sum, largest) = (0..self.shape.pixels())
            .map(of_pixel)
            .fold((0.0, 0.0f64), |(sum, largest), pull| (sum + pull, largest.max(pull)));
        Ok(EmptyGradient { sum, largest: if sum > 0.0 { largest / sum } else { 0.0 } })
    }

    /// Pixels of `from` along its boundary, as many as there are in `like`.
    fn as_many(&self, from: &[usize], like: &[usize]) -> Vec<usize> {
        nearest_of(from.iter().map(|&pixel| (self.distance[pixel], pixel)).collect(), like.len())
    }

    fn classes(&self, loss: &dyn Loss) -> Result<Option<f64>, String> {
        let of = |class: usize| -> Vec<usize> {
            let own = self.labels.iter().enumerate().filter(|(_, label)| usize::from(**label) == class);
            own.map(|(pixel, _)| pixel).collect()
        };
        let mut present: Vec<Vec<usize>> =
            self.facts.classes.iter().map(|&class| of(class)).filter(|all| !all.is_empty()).collect();
        present.sort_by_key(Vec::len);
        let [rare, .., common] = &present[..] else { return Ok(None) };
        self.rises(loss, [&self.missing(rare), &self.missing(&self.as_many(common, rare))])
    }

    fn smallest(&self, loss: &dyn Loss) -> Result<(Option<f64>, Option<f64>), String> {
        let small = self.objects.iter().min_by_key(|object| object.len());
        let large = self.objects.iter().max_by_key(|object| object.len());
        let (Some(small), Some(large), true) = (small, large, self.objects.len() > 1) else {
            return Ok((None, None));
        };
        let map = self.missing(small);
        let logits = self.predicting(&map, LIKELY);
        let field = field(&logits, &self.labels)?;
        let gradient = Evaluation::of(loss, &field).gradient;
        let size = |pixel: usize| -> f64 {
            (0..self.shape.channels)
                .map(|channel| f64::from(gradient[self.shape.plane(0, channel).start + pixel].abs()))
                .sum()
        };
        let total: f64 = (0..self.shape.pixels()).map(size).sum();
        let own: f64 = small.iter().map(|&pixel| size(pixel)).sum();
        let ratio = self.rises(loss, [&map, &self.missing(&self.as_many(large, small))])?;
        Ok((ratio, (total > 0.0).then(|| own / total)))
    }

    fn broken(&self, loss: &dyn Loss) -> Result<Option<f64>, String> {
        let Some([gap, sides]) = &self.breaks else { return Ok(None) };
        self.rises(loss, [&self.missing(gap), &self.missing(sides)])
    }
}

fn field<'f>(logits: &'f Logits, labels: &'f Labels) -> Result<Field<'f>, String> {
    let field = Field::new(logits.view(), labels.view(), Some(IGNORE));
    let field = field.map_err(|refusal| refusal.to_string())?;
    // All losses look at the same probabilities.
    field.probabilities(Head::Joint);
    Ok(field)
}

/// Logits of even odds, of which no two are quite the same: a loss that keeps the hardest pixels alone then takes them
/// from anywhere, and not from the first rows.
fn even_odds(dim: (usize, usize, usize, usize)) -> Array4<f32> {
    let mut place = 0;
    Array4::from_shape_simple_fn(dim, || {
        place += 1;
        (NEARLY_EVEN * random::gaussian(TIES, place)) as f32
    })
}

/// Nearest `n` pixels, evenly spread among all that are as near as the farthest of them has to be.
fn nearest_of(mut pixels: Vec<(f64, usize)>, n: usize) -> Vec<usize> {
    let n = n.min(pixels.len());
    if n == 0 {
        return Vec::new();
    }
    pixels.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let farthest = pixels[n - 1].0;
    let pool: Vec<usize> =
        pixels.iter().take_while(|(distance, _)| *distance <= farthest).map(|(_, pixel)| *pixel).collect();
    // In 32 bits, which the browser has, the products of two counts of pixels overflow.
    let place = |i: usize| (i as u64 * pool.len() as u64 / n as u64) as usize;
    (0..n).map(|i| pool[place(i)]).collect()
}

/// Pixels without which an object falls apart, and as many at its sides without which it does not; none if
/// there are no such pixels.
fn break_of(object: &[usize], depth: f64, (height, width): (usize, usize)) -> Option<[Vec<usize>; 2]> {
    let mut mask = vec![false; height * width];
    for &pixel in object {
        mask[pixel] = true;
    }
    let reach = depth.ceil() as usize;
    let places = (1..16).map(|i| object[i * object.len() / 16]);
    let gap = places
        .map(|place| {
            let near = |&&pixel: &&usize| {
                (pixel / width).abs_diff(place / width) <= reach
                    && (pixel % width).abs_diff(place % width) <= reach
            };
            object.iter().filter(near).copied().collect::<Vec<usize>>()
        })
        .find(|gap| {
            let mut broken = mask.clone();
            for &pixel in gap {
                broken[pixel] = false;
            }
            let (of, count) = parts(&broken, width);
            // Two pieces that are worth the name.
            let large = |part: usize| of.iter().filter(|own| **own == Some(part)).count() > gap.len();
            (0..count).filter(|&part| large(part)).count() > 1
        })?;
    let sides = sides_of(&mask, &gap, width)?;
    Some([gap, sides])
}

/// Edge pixels, as many as the gap has, whose loss leaves the mask in one piece; none if there are too few.
fn sides_of(mask: &[bool], gap: &[usize], width: usize) -> Option<Vec<usize>> {
    let edge = edge(mask, width);
    let all: Vec<usize> = (0..mask.len()).filter(|&pixel| edge[pixel]).collect();
    let mut left = mask.to_vec();
    let mut sides = Vec::new();
    // A stride that is prime to their number comes by all of them, and spreads them over the whole object.
    let stride = if all.len().is_multiple_of(37) { 41 } else { 37 };
    for i in 0..all.len() {
        let pixel = all[i * stride % all.len()];
        if sides.len() < gap.len() && left[pixel] && is_spare(&left, pixel, width) {
            left[pixel] = false;
            sides.push(pixel);
        }
    }
    (sides.len() == gap.len()).then_some(sides)
}

/// True if the neighbours of a pixel are connected without it, and it is not the end of a line.
fn is_spare(mask: &[bool], pixel: usize, width: usize) -> bool {
    let height = mask.len() / width;
    let (y, x) = (pixel / width, pixel % width);
    let around: Vec<bool> = (0..9)
        .map(|i| {
            let (row, column) = ((y + i / 3).wrapping_sub(1), (x + i % 3).wrapping_sub(1));
            i != 4 && row < height && column < width && mask[row * width + column]
        })
        .collect();
    around.iter().filter(|on| **on).count() > 1 && parts(&around, 3).1 == 1
}
