//! Classes of a ground truth from the colours of a picture.

use std::collections::{BTreeMap, HashMap};

use super::{FileRefusal, pixels};
use crate::field::IGNORE;

/// Colour as red, green, blue at the file's own depth; grey thrice for a grey picture.
pub(super) type Colour = [u16; 3];

/// Number of colours at which counting stops: no mask has so many.
const MOST_COLOURS: usize = 1 << 16;

/// Number of pixels of each colour, in the order of the colours.
pub(super) struct Census(BTreeMap<Colour, usize>);

/// Class of each colour, with the remark that tells how colours were read.
#[derive(Debug)]
pub(super) struct ColourClasses {
    class_of: HashMap<Colour, u8>,
    pub(super) remark: String,
}

impl ColourClasses {
    pub(super) fn class(&self, colour: Colour) -> u8 {
        // Every colour of the picture was counted before it was given a class.
        self.class_of.get(&colour).copied().unwrap_or(IGNORE)
    }

    /// Number of pixels of each class.
    pub(super) fn pixels(&self, census: &Census) -> Vec<(u8, usize)> {
        let mut of_class = BTreeMap::new();
        for (&colour, count) in &census.0 {
            *of_class.entry(self.class(colour)).or_insert(0) += count;
        }
        of_class.into_iter().collect()
    }
}

impl Census {
    /// Counts the colours of a picture. Error at more than [`MOST_COLOURS`].
    pub(super) fn of(
        height: usize,
        width: usize,
        colour: impl Fn(usize, usize) -> Colour,
    ) -> Result<Self, FileRefusal> {
        let mut counts = HashMap::new();
        let mut run = (colour(0, 0), 0);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let here = colour(y, x);
            // Masks are long runs of one colour: the map is asked once a run.
            if here != run.0 {
                *counts.entry(run.0).or_insert(0) += run.1;
                run = (here, 0);
                if counts.len() > MOST_COLOURS {
                    let found = format!("more than {MOST_COLOURS} colours, as a photograph has");
                    return Err(FileRefusal::new(found, "a mask, with one colour for each class"));
                }
            }
            run.1 += 1;
        }
        *counts.entry(run.0).or_insert(0) += run.1;
        Ok(Self(counts.into_iter().collect()))
    }

    /// Grey levels in rising order; none if any colour is not grey.
    fn levels(&self) -> Option<Vec<u16>> {
        self.0.keys().map(|&[r, g, b]| (r == g && g == b).then_some(r)).collect()
    }

    /// Reading of values (or palette indices) that are class ids already; none if some value is not. 255
    /// beside at least two ids is read as "ignore".
    pub(super) fn class_ids(&self, classes: usize) -> Option<ColourClasses> {
        let levels = self.levels()?;
        let is_id = |level: &u16| usize::from(*level) < classes;
        let (ids, ignored) = match levels.split_last() {
            // With one value beside it, 255 is white on black.
            Some((&last, ids)) if last == u16::from(IGNORE) && ids.len() >= 2 => (ids, true),
            _ => (levels.as_slice(), false),
        };
        if !ids.iter().all(is_id) {
            return None;
        }
        let ignored_pixels = if ignored { self.0.values().last().copied().unwrap_or(0) } else { 0 };
        let remark = match ids {
            [id] => format!("the one value, {id}, was read as a class id"),
            _ => format!("the values {} were read as class ids", listed(ids)),
        };
        let also = if ignored {
            format!(", and 255 ({}) as “ignore”", pixels(ignored_pixels))
        } else {
            String::new()
        };
        // An id is below 256 unless a caller has more classes than labels can name.
        let class_of =
            levels.iter().map(|&level| ([level; 3], u8::try_from(level).unwrap_or(IGNORE))).collect();
        Some(ColourClasses { class_of, remark: remark + &also })
    }

    /// Reading of palette indices by the colour that `colour_of` gives for each.
    pub(super) fn reading_through(
        &self,
        colour_of: impl Fn(Colour) -> Result<Colour, FileRefusal>,
        largest: u16,
        classes: usize,
    ) -> Result<ColourClasses, FileRefusal> {
        let mut seen = BTreeMap::new();
        for (&code, count) in &self.0 {
            *seen.entry(colour_of(code)?).or_insert(0) += count;
        }
        let ColourClasses { class_of, remark } = Self(seen).reading(largest, classes)?;
        let of_code = |&code: &Colour| Ok((code, class_of.get(&colour_of(code)?).copied().unwrap_or(IGNORE)));
        let class_of = self.0.keys().map(of_code).collect::<Result<_, FileRefusal>>()?;
        Ok(ColourClasses { class_of, remark: remark + ", by the colours of the palette" })
    }

    /// Reading of colours that are not palette indices. Error for more colours than classes, unless they are
    /// grey and the truth is binary.
    pub(super) fn reading(&self, largest: u16, classes: usize) -> Result<ColourClasses, FileRefusal> {
        if let Some(ids) = self.class_ids(classes) {
            return Ok(ids);
        }
        match self.levels() {
            Some(levels) if levels.len() == 1 && classes > 2 => Err(FileRefusal::new(
                format!("a picture whose every pixel is {}", levels[0]),
                format!("class ids from 0 to {}, or several grey levels", classes - 1),
            )),
            Some(levels) if classes == 2 && levels.len() != 2 => Ok(halved(&levels, largest)),
            Some(levels) if levels.len() > classes => Err(FileRefusal::new(
                format!("{} grey levels ({})", levels.len(), listed(&levels)),
                format!(
                    "class ids from 0 to {}, or at most {classes} levels from dark to bright",
                    classes - 1
                ),
            )),
            None if self.0.len() > classes => Err(FileRefusal::new(
                format!("{} colours", self.0.len()),
                format!("a mask of at most {classes} colours, one for each class"),
            )),
            _ => Ok(self.by_luma(largest)),
        }
    }

    /// Reading of colours as classes 0, 1, 2, …, from dark to bright.
    fn by_luma(&self, largest: u16) -> ColourClasses {
        let mut colours: Vec<Colour> = self.0.keys().copied().collect();
        colours.sort_by_key(|&colour| (luma(colour), colour));
        let ids = 0..u8::MAX;
        let named = ids
            .clone()
            .zip(&colours)
            .map(|(id, &colour)| format!("{} is class {id}", named(colour, largest)));
        let remark = format!("from dark to bright, {}", named.collect::<Vec<_>>().join(", "));
        ColourClasses { class_of: colours.iter().copied().zip(ids).collect(), remark }
    }
}

/// Binary reading of grey levels: foreground from half of `largest` on.
fn halved(levels: &[u16], largest: u16) -> ColourClasses {
    let foreground = |level: u16| u32::from(level) * 2 >= u32::from(largest);
    let remark = match levels {
        [level] if foreground(*level) => format!("every pixel is {level} and was read as foreground"),
        [level] => format!("every pixel is {level} and was read as background"),
        _ => format!("{} grey levels, cut at half of {largest}", levels.len()),
    };
    ColourClasses {
        class_of: levels.iter().map(|&level| ([level; 3], foreground(level).into())).collect(),
        remark,
    }
}

/// Rec. 709 luma of the values as stored, times 10,000.
fn luma([r, g, b]: Colour) -> u32 {
    2126 * u32::from(r) + 7152 * u32::from(g) + 722 * u32::from(b)
}

/// Colour as a person would look it up: "grey 255", "#ff8000".
fn named([r, g, b]: Colour, largest: u16) -> String {
    if r == g && g == b {
        format!("grey {r}")
    } else if largest <= 255 {
        format!("#{r:02x}{g:02x}{b:02x}")
    } else {
        format!("rgb({r}, {g}, {b})")
    }
}

/// First six of a list, as text: "0, 1, 2, …".
fn listed(levels: &[u16]) -> String {
    let shown: Vec<String> = levels.iter().take(6).map(u16::to_string).collect();
    shown.join(", ") + if levels.len() > shown.len() { ", …" } else { "" }
}
