//! Values and colours of a file, counted.

use std::collections::HashMap;

use super::super::choice::Of;
use super::super::source::{Colour, ColourModel, Planes, Source};
use super::super::{FileRefusal, choice, text};

/// Number of values at which counting stops: no mask has so many.
const MOST_VALUES: usize = 1 << 16;

/// Samples of one source as values or colours by pixel.
#[derive(Debug, Clone)]
pub(in crate::file) struct Pixels<'a> {
    source: &'a Source,
    pub(in crate::file) planes: Planes<'a>,
    of: Of,
    /// Ends of [`Of::Between`].
    between: Option<(Colour, Colour)>,
}

impl<'a> Pixels<'a> {
    /// Error for samples that the source does not have.
    pub(in crate::file) fn new(source: &'a Source, planes: Planes<'a>, of: &Of) -> Result<Self, FileRefusal> {
        let coloured = matches!(source.model, ColourModel::Rgb | ColourModel::Indexed)
            || (source.is_array() && matches!(planes.channels, 3 | 4));
        let has = match of {
            Of::Value => true,
            Of::Colour | Of::Between { .. } => coloured || source.model == ColourModel::Grey,
            Of::Index => source.model == ColourModel::Indexed,
            Of::Alpha => source.alpha || source.model == ColourModel::Indexed,
        };
        let between = match of {
            Of::Between { from, to } => {
                let ends = choice::parsed_colour(from).zip(choice::parsed_colour(to));
                Some(ends.filter(|(from, to)| from != to).ok_or_else(text::no_colours_between)?)
            }
            _ => None,
        };
        if has {
            Ok(Self { source, planes, of: of.clone(), between })
        } else {
            Err(text::no_such_samples(of))
        }
    }

    /// True if pixels are told apart by colour.
    pub(in crate::file) fn is_coloured(&self) -> bool {
        self.of == Of::Colour
    }

    /// True if the samples are no picture's.
    pub(in crate::file) fn is_array(&self) -> bool {
        self.source.is_array()
    }

    /// Colour of a pixel, through the palette.
    pub(in crate::file) fn colour(&self, y: usize, x: usize) -> Colour {
        let sample = |channel| self.planes.value(channel, y, x) as u16;
        match self.source.model {
            ColourModel::Indexed => {
                let [r, g, b, _] = self.entry(y, x);
                [r.into(), g.into(), b.into()]
            }
            ColourModel::Rgb | ColourModel::Array if self.planes.channels >= 3 => {
                [sample(0), sample(1), sample(2)]
            }
            ColourModel::Grey | ColourModel::Rgb | ColourModel::Array => [sample(0); 3],
        }
    }

    fn entry(&self, y: usize, x: usize) -> [u8; 4] {
        self.source.palette.get(self.planes.value(0, y, x) as usize).copied().unwrap_or([0, 0, 0, 255])
    }

    /// Value of a pixel.
    pub(in crate::file) fn value(&self, y: usize, x: usize) -> f64 {
        match self.of {
            Of::Value
                if self.source.model == ColourModel::Rgb || self.source.model == ColourModel::Indexed =>
            {
                let [r, g, b] = self.colour(y, x).map(u32::from);
                f64::from((r + g + b + 1) / 3)
            }
            Of::Value | Of::Index | Of::Colour => self.planes.value(0, y, x),
            Of::Alpha if self.source.model == ColourModel::Indexed => self.entry(y, x)[3].into(),
            Of::Alpha => self.planes.value(self.planes.channels - 1, y, x),
            Of::Between { .. } => {
                self.between.map_or(0.0, |(from, to)| position(self.colour(y, x), from, to))
            }
        }
    }
}

/// Position of a colour's foot on the line between two others, from 0 to 1.
pub(super) fn position(colour: Colour, from: Colour, to: Colour) -> f64 {
    let (mut dot, mut length) = (0.0, 0.0);
    for channel in 0..3 {
        let along = f64::from(to[channel]) - f64::from(from[channel]);
        dot += along * (f64::from(colour[channel]) - f64::from(from[channel]));
        length += along * along;
    }
    (dot / length).clamp(0.0, 1.0)
}

/// Values of one channel, counted.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    /// Values in rising order with their pixels; empty if there are more than can be those of a mask.
    pub(super) counts: Vec<(f64, usize)>,
    pub(super) many: bool,
    pub(super) pixels: usize,
    pub(super) least: f64,
    pub(super) most: f64,
    /// True if every value is a whole number.
    pub(super) whole: bool,
    /// Pixels whose value is within 0 and 1, but for the ripples of a spline.
    pub(super) within_unit: usize,
}

impl Tally {
    /// Counts values by pixel. Error for values that are not finite, with their number and the first place.
    pub(super) fn of(
        height: usize,
        width: usize,
        value: impl Fn(usize, usize) -> f64,
    ) -> Result<Self, FileRefusal> {
        let mut counts: HashMap<u64, usize> = HashMap::new();
        let mut not_finite: Option<(usize, f64, usize, usize)> = None;
        let mut tally = Self {
            counts: Vec::new(),
            many: false,
            pixels: height * width,
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
            whole: true,
            within_unit: 0,
        };
        // Masks are long runs of one value: the map is asked once a run.
        let mut run = (f64::NAN, 0);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let here = value(y, x);
            if !here.is_finite() {
                not_finite.get_or_insert((0, here, x, y)).0 += 1;
                continue;
            }
            // −0 is 0.
            let here = here + 0.0;
            if here.to_bits() != run.0.to_bits() {
                tally.add(run, &mut counts);
                run = (here, 0);
            }
            run.1 += 1;
        }
        tally.add(run, &mut counts);
        if let Some((count, first, x, y)) = not_finite {
            return Err(text::not_finite(count, height * width, first, x, y));
        }
        if !tally.many {
            tally.counts = counts.into_iter().map(|(bits, count)| (f64::from_bits(bits), count)).collect();
            tally.counts.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        Ok(tally)
    }

    fn add(&mut self, (value, count): (f64, usize), counts: &mut HashMap<u64, usize>) {
        if count == 0 {
            return;
        }
        self.least = self.least.min(value);
        self.most = self.most.max(value);
        self.whole &= value.fract() == 0.0;
        self.within_unit += if (-0.02..=1.02).contains(&value) { count } else { 0 };
        if !self.many {
            *counts.entry(value.to_bits()).or_insert(0) += count;
            if counts.len() > MOST_VALUES {
                self.many = true;
                counts.clear();
            }
        }
    }

    /// Number of pixels of the values that pass.
    pub(super) fn pixels_of(&self, pass: impl Fn(f64) -> bool) -> usize {
        self.counts.iter().filter(|(value, _)| pass(*value)).map(|(_, count)| count).sum()
    }
}

/// Colours of a picture, counted.
#[derive(Debug, Clone)]
pub(super) struct ColourTally {
    /// Colours with their pixels, the most frequent first.
    pub(super) counts: Vec<(Colour, usize)>,
    pub(super) pixels: usize,
}

impl ColourTally {
    /// Counts colours by pixel. Error at more than a mask can have.
    pub(super) fn of(pixels: &Pixels<'_>) -> Result<Self, FileRefusal> {
        let (height, width) = (pixels.planes.height, pixels.planes.width);
        let mut counts: HashMap<Colour, usize> = HashMap::new();
        let mut run = (pixels.colour(0, 0), 0);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let here = pixels.colour(y, x);
            if here != run.0 {
                *counts.entry(run.0).or_insert(0) += run.1;
                run = (here, 0);
                if counts.len() > MOST_VALUES {
                    return Err(text::photograph(MOST_VALUES));
                }
            }
            run.1 += 1;
        }
        *counts.entry(run.0).or_insert(0) += run.1;
        let mut counts: Vec<(Colour, usize)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        Ok(Self { counts, pixels: height * width })
    }

    /// True if no colour's channels differ by more than `most`.
    pub(super) fn is_grey(&self, most: u16) -> bool {
        self.counts.iter().all(|(colour, _)| spread(*colour) <= most)
    }
}

/// Largest difference between a colour's channels.
pub(super) fn spread(colour: Colour) -> u16 {
    let [r, g, b] = colour;
    r.max(g).max(b) - r.min(g).min(b)
}
