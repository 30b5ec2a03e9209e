//! Every sentence of the reading of files. Refusals are two noun phrases each: what was found, and what was expected.

use super::choice::{ChannelAxis, Key, NumberScale, Of, Resampling, Rest};
use super::decode::{Other, Remedy};
use super::source::{ArrayEntry, Format};
use super::{FileRefusal, LONGEST_SCENE_SIDE, LONGEST_SIDE, MOST_BYTES, MOST_CLASSES};
use crate::field::regions::MAX_REGIONS;
use crate::paint::number::percent;
use crate::scene::Labelling;

/// Formats that are read, for refusals.
const READABLE: &str = "a mask or a prediction as PNG, TIFF, BMP, WebP, JPEG, .npy, .npz or CSV";

// --- numbers and lists ---

fn mebibytes(bytes: usize) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Count of pixels as words: "1 pixel", "7 pixels".
fn pixels(count: usize) -> String {
    if count == 1 { "1 pixel".to_owned() } else { format!("{count} pixels") }
}

/// Number to four significant digits.
fn short(value: f64) -> String {
    let digits = (3.0 - value.abs().max(1e-3).log10().floor()).clamp(0.0, 6.0) as usize;
    match format!("{value:.digits$}") {
        _ if value.abs() >= 1e9 => format!("{value:.3e}"),
        fixed if digits > 0 => fixed.trim_end_matches('0').trim_end_matches('.').to_owned(),
        whole => whole,
    }
}

/// First eight of a list of values: "0, 1, 2, …".
fn listed(values: &[f64]) -> String {
    let shown: Vec<String> = values.iter().take(8).map(|&value| short(value)).collect();
    shown.join(", ") + if values.len() > 8 { ", …" } else { "" }
}

/// First eight of a list of keys.
fn listed_keys(keys: &[Key]) -> String {
    let shown: Vec<String> = keys.iter().take(8).map(key).collect();
    shown.join(", ") + if keys.len() > 8 { ", …" } else { "" }
}

fn key(key: &Key) -> String {
    match key {
        Key::Value(value) => short(*value),
        Key::Colour(colour) => colour.clone(),
    }
}

/// Shape of an array: "[3, 64, 64]".
pub(super) fn shape<T: ToString>(shape: &[T]) -> String {
    let sides: Vec<String> = shape.iter().take(8).map(ToString::to_string).collect();
    format!("[{}{}]", sides.join(", "), if shape.len() > 8 { ", …" } else { "" })
}

fn scale(scale: NumberScale) -> String {
    match scale {
        NumberScale::Probabilities => "probabilities from 0 to 1".to_owned(),
        NumberScale::Of(100.0) => "percent".to_owned(),
        NumberScale::Of(white) => format!("probabilities times {}", short(white)),
        NumberScale::Logits => "logits".to_owned(),
        NumberScale::LogProbabilities => "log-probabilities".to_owned(),
    }
}

// --- refusals: of any file ---

pub(super) fn empty_file() -> FileRefusal {
    FileRefusal::new("an empty file", READABLE)
}

pub(super) fn huge_file(length: usize) -> FileRefusal {
    FileRefusal::new(format!("a file of {}", mebibytes(length)), format!("at most {}", mebibytes(MOST_BYTES)))
}

pub(super) fn other_file(other: Other) -> FileRefusal {
    let expected = match other.remedy {
        Remedy::Python(load) => {
            format!("a file that this page reads: np.save(\"mask.npy\", {load}) in Python writes one")
        }
        Remedy::Do(what) => format!("{READABLE}: {what}"),
        Remedy::None => format!("{READABLE}: in Python, np.save(\"mask.npy\", array) writes one"),
    };
    FileRefusal::new(other.described, expected)
}

/// Lengths of axes as people write them.
fn axes(shape: &[usize]) -> String {
    let lengths: Vec<String> = shape.iter().map(ToString::to_string).collect();
    format!("[{}]", lengths.join(", "))
}

pub(super) fn no_picture(shape: &[usize]) -> FileRefusal {
    FileRefusal::new(
        format!("an array {}", axes(shape)),
        "a picture to lie beneath the masks: save it as a PNG or JPEG",
    )
}

pub(super) fn picture_of_other_proportions(own: (usize, usize), scene: (usize, usize)) -> FileRefusal {
    FileRefusal::new(
        format!("a picture of {} × {} pixels", own.0, own.1),
        format!(
            "{} × {}, the size of the masks, or another size in these proportions: crop it as the masks were cropped",
            scene.0, scene.1
        ),
    )
}

pub(super) fn picture_resampled(own: (usize, usize), scene: (usize, usize)) -> String {
    format!(
        "The picture is resampled from {} × {} to {} × {}, each new pixel the mean of what it covers.",
        own.0, own.1, scene.0, scene.1
    )
}

pub(super) fn no_weights(shape: &[usize]) -> FileRefusal {
    FileRefusal::new(
        format!("samples of the shape {}", axes(shape)),
        "one weight for each pixel: an array [H, W], numbers in text, or a grey picture",
    )
}

pub(super) fn weights_of_another_size(own: (usize, usize), scene: (usize, usize)) -> FileRefusal {
    FileRefusal::new(
        format!("weights of {} × {} pixels", own.0, own.1),
        format!("{} × {}, the size of the masks", scene.0, scene.1),
    )
}

pub(super) fn size(width: u64, height: u64) -> FileRefusal {
    FileRefusal::new(
        format!("a picture of {width} × {height} pixels"),
        format!("1 × 1 to {LONGEST_SIDE} × {LONGEST_SIDE}"),
    )
}

pub(super) fn too_many_samples(width: usize, height: usize, bytes: usize) -> FileRefusal {
    FileRefusal::new(
        format!("{width} × {height} pixels that take {}", mebibytes(bytes)),
        "at most 256.0 MiB: save fewer channels or a smaller type",
    )
}

pub(super) fn damaged(format: Format, why: &str) -> FileRefusal {
    FileRefusal::new(format!("a damaged {} ({why})", format.name()), format!("a whole {}", format.name()))
}

pub(super) fn unsupported(format: Format, what: &str) -> FileRefusal {
    FileRefusal::new(
        format!("a {} of a kind that is not read ({what})", format.name()),
        "the same picture as a PNG, or its array by np.save",
    )
}

// --- refusals: of one format ---

pub(super) fn cut_png(length: usize) -> FileRefusal {
    FileRefusal::new(
        format!("a PNG cut short: its {length} bytes end before the picture does"),
        "a whole PNG",
    )
}

pub(super) fn bloated_png(most: usize) -> FileRefusal {
    FileRefusal::new(
        format!("a PNG that needs more than {} beside its pixels", mebibytes(most)),
        "a whole PNG",
    )
}

pub(super) fn beyond_palette(index: u8, entries: usize) -> FileRefusal {
    FileRefusal::new(
        format!("a pixel of palette entry {index} in a palette of {entries}"),
        "a palette that has every colour that is used",
    )
}

pub(super) fn cut_npy(promised: u64, sides: &[u64], found: usize) -> FileRefusal {
    FileRefusal::new(
        format!(
            "an .npy cut short: its header promises {promised} bytes for a shape of {}, and {found} follow",
            shape(sides)
        ),
        "a whole .npy as numpy.save writes it",
    )
}

pub(super) fn no_image_shape(sides: &[u64]) -> FileRefusal {
    FileRefusal::new(
        format!("an array of shape {}", shape(sides)),
        "one image, [H, W] or [C, H, W]: reshape it, or save one image of it",
    )
}

/// Reason why a shape has no layout.
#[derive(Debug, Clone, Copy)]
pub(super) enum Layout {
    Batch,
    Axes,
    Classes(usize),
    Volume,
}

pub(super) fn no_layout(sides: &[usize], why: Layout) -> FileRefusal {
    let found = format!("an array of shape {}", shape(sides));
    match why {
        Layout::Batch => FileRefusal::new(found, "one image: save array[0], array[1], … each by itself"),
        Layout::Axes => FileRefusal::new(found, "one image, [H, W] or [C, H, W]: index the other axes first"),
        Layout::Classes(channels) => FileRefusal::new(
            format!("{found}, so {channels} channels"),
            format!("at most {MOST_CLASSES} classes: keep those you ask about, as in array[[0, 3, 7]]"),
        ),
        Layout::Volume => FileRefusal::new(
            format!("{found}, as a volume has"),
            format!(
                "one slice of it, or channels of which there are at most {MOST_CLASSES}: array[z] is one"
            ),
        ),
    }
}

pub(super) fn no_arrays(entries: usize) -> FileRefusal {
    FileRefusal::new(
        format!("a zip archive without an .npy among its {entries} entries"),
        "an .npz as numpy.savez writes it; of another archive, unpack it first",
    )
}

pub(super) fn no_such_array(name: Option<&str>, arrays: &[ArrayEntry]) -> FileRefusal {
    let all: Vec<String> =
        arrays.iter().take(8).map(|entry| format!("{} {}", entry.name, entry.described)).collect();
    let all = all.join("; ");
    match name {
        Some(name) => FileRefusal::new(format!("no array {name:?} in the archive"), format!("one of: {all}")),
        None => FileRefusal::new(
            format!("no array that could be an image ({all})"),
            "one of shape [H, W] or [C, H, W]",
        ),
    }
}

pub(super) fn in_array(name: &str, FileRefusal { found, expected }: FileRefusal) -> FileRefusal {
    FileRefusal::new(format!("in its array {name:?} {found}"), expected)
}

pub(super) fn damaged_part(name: &str, why: &std::io::Error) -> FileRefusal {
    FileRefusal::new(format!("a damaged .npz (its part {name:?} cannot be read: {why})"), "a whole .npz")
}

pub(super) fn damaged_zip(why: &str) -> FileRefusal {
    FileRefusal::new(format!("a zip that cannot be unpacked ({why})"), "a whole zip without a password")
}

pub(super) fn damaged_entry(why: &std::io::Error) -> FileRefusal {
    FileRefusal::new(format!("a damaged part of a zip ({why})"), "a whole zip: pack it again")
}

pub(super) fn huge_entry() -> FileRefusal {
    FileRefusal::new(
        format!("a part of a zip that unpacks to more than {}", mebibytes(MOST_BYTES)),
        format!("at most {}", mebibytes(MOST_BYTES)),
    )
}

pub(super) fn many_entries(entries: usize, most: usize) -> FileRefusal {
    FileRefusal::new(format!("a zip of {entries} files"), format!("at most {most}: pack fewer at a time"))
}

pub(super) fn no_text() -> FileRefusal {
    FileRefusal::new("text that is not UTF-8", "numbers in rows, as numpy.savetxt writes them")
}

pub(super) fn no_number(field: &str, line: usize, column: usize) -> FileRefusal {
    let field: String = field.chars().take(24).collect();
    FileRefusal::new(
        format!("“{field}” in line {line}, column {column}"),
        "text that is numbers alone, a row of pixels a line, without headings, as numpy.savetxt writes it",
    )
}

pub(super) fn ragged_rows(line: usize, found: usize, width: usize) -> FileRefusal {
    FileRefusal::new(
        format!("{found} numbers in line {line}, after rows of {width}"),
        "as many numbers in every row",
    )
}

// --- refusals: of values ---

pub(super) fn not_finite(count: usize, all: usize, first: f64, x: usize, y: usize) -> FileRefusal {
    FileRefusal::new(
        format!("{count} of {all} values that are NaN or infinite, the first {first} at x {x}, y {y}"),
        "finite numbers: np.nan_to_num replaces them, but ask first where they come from",
    )
}

pub(super) fn photograph(most: usize) -> FileRefusal {
    FileRefusal::new(
        format!("more than {most} colours, as a photograph has"),
        "a mask, with one colour for each class",
    )
}

pub(super) fn too_many_colours(colours: usize, main: usize) -> FileRefusal {
    FileRefusal::new(
        format!("{colours} colours, of which {main} are frequent"),
        format!("a mask of at most {MOST_CLASSES} colours, one for each class"),
    )
}

pub(super) fn one_colour(colour: &Key) -> FileRefusal {
    FileRefusal::new(
        format!("colours that are all near {}", key(colour)),
        "a mask with one colour for each class",
    )
}

pub(super) fn no_scale(least: f64, most: f64) -> FileRefusal {
    FileRefusal::new(
        format!("numbers from {} to {}, too many to be class ids", short(least), short(most)),
        "probabilities (0 to 1, percent, 0 to 255 or 0 to 65535), logits, or at most 32 class ids",
    )
}

pub(super) fn outside_scale(least: f64, most: f64, white: f64) -> FileRefusal {
    FileRefusal::new(
        format!("values from {} to {}", short(least), short(most)),
        format!("0 to {}, or the choice to clip what lies outside", short(white)),
    )
}

// --- refusals: of choices ---

pub(super) fn no_colours_between() -> FileRefusal {
    FileRefusal::new("a choice between colours that are none or the same", "two colours as #rrggbb")
}

pub(super) fn no_such_samples(of: &Of) -> FileRefusal {
    let found = match of {
        Of::Value => "a choice of values",
        Of::Colour => "a choice of colours",
        Of::Index => "a choice of palette indices",
        Of::Alpha => "a choice of alpha",
        Of::Between { .. } => "a choice between colours",
    };
    FileRefusal::new(found, "a choice of samples that this file has")
}

pub(super) fn bad_choice_classes(classes: usize, assigned: usize) -> FileRefusal {
    FileRefusal::new(
        format!("a choice of {classes} classes and {assigned} values"),
        format!("2 to {MOST_CLASSES} classes and at most 256 values"),
    )
}

pub(super) fn class_beyond(class: u8, classes: usize) -> FileRefusal {
    FileRefusal::new(format!("a choice of class {class}"), format!("a class from 0 to {}", classes - 1))
}

pub(super) fn no_assignment() -> FileRefusal {
    FileRefusal::new("a choice that assigns no value", "a class for at least one value")
}

pub(super) fn labels_of_channels(channels: usize) -> FileRefusal {
    FileRefusal::new(
        format!("a choice of class ids for {channels} channels"),
        "one channel of class ids, or a choice of numbers",
    )
}

pub(super) fn one_of_channels(channels: usize) -> FileRefusal {
    FileRefusal::new(
        format!("a choice of one foreground channel for {channels} channels"),
        "softmax or independent channels",
    )
}

pub(super) fn channels_of_one() -> FileRefusal {
    FileRefusal::new("a choice of several channels for one", "the foreground as the meaning of one channel")
}

pub(super) fn bad_scale(cut: f64) -> FileRefusal {
    FileRefusal::new(
        format!("a choice cut at {cut}, or of a scale without an end"),
        "a cut from 0 to 1 and a scale above 0",
    )
}

pub(super) fn crop_outside(at: (usize, usize), size: (usize, usize), own: (usize, usize)) -> FileRefusal {
    FileRefusal::new(
        format!("a crop of {} × {} at x {}, y {}", size.0, size.1, at.0, at.1),
        format!("a part of its {} × {} pixels", own.0, own.1),
    )
}

// --- what a file is ---

pub(super) fn mask(ground: f64, figure: f64) -> String {
    format!("A mask: {} is background, {} is foreground.", short(ground), short(figure))
}

pub(super) fn mask_beside(ground: f64, figure: f64, void: &[f64]) -> String {
    if void.is_empty() {
        mask(ground, figure)
    } else {
        format!(
            "A mask: {} is background, {} is foreground, {} is void and ignored.",
            short(ground),
            short(figure),
            listed(void)
        )
    }
}

pub(super) fn lossy_mask(levels: usize, white: f64) -> String {
    format!(
        "A mask in a format that changes levels: {levels} levels near 0 and {}, each taken for the nearer end.",
        short(white)
    )
}

pub(super) fn ids(ids: &[f64], void: &[f64]) -> String {
    if void.is_empty() {
        format!("Class ids {}.", listed(ids))
    } else {
        format!("Class ids {}; {} is void and ignored.", listed(ids), listed(void))
    }
}

pub(super) fn levels(levels: &[f64], void: &[f64]) -> String {
    if void.is_empty() {
        format!("Levels {}, one for each class in rising order.", listed(levels))
    } else {
        format!(
            "Levels {}, one for each class in rising order; {} is void and ignored.",
            listed(levels),
            listed(void)
        )
    }
}

pub(super) fn named_ids(data_set: &str, ids: &[f64]) -> String {
    format!("{data_set} {}; what has no class there is void.", listed(ids))
}

pub(super) fn divided_ids(most: usize) -> String {
    format!("Class ids 0 to {most}, each divided by 255, as a conversion of a picture to a tensor does.")
}

pub(super) fn only_void(value: f64) -> String {
    format!("Every pixel is {}: void, so that nothing counts.", short(value))
}

pub(super) fn one_value(value: f64, class: u8, void: &[f64]) -> String {
    if void.is_empty() {
        format!("Every pixel is {}: class {class}.", short(value))
    } else {
        format!("Every pixel is {} (class {class}) or {} (void and ignored).", short(value), listed(void))
    }
}

pub(super) fn as_in_truth(values: &[f64]) -> String {
    format!("Values {} as in the truth.", listed(values))
}

pub(super) fn colours_as_in_truth() -> String {
    "Colours as in the truth.".to_owned()
}

pub(super) fn known_palette(name: &str, classes: usize) -> String {
    format!("Colours of {name}, {classes} of its classes.")
}

pub(super) fn two_colours(ground: &Key, figure: &Key) -> String {
    format!("A mask of two colours: {} is background, {} is foreground.", key(ground), key(figure))
}

pub(super) fn between(from: &str, to: &str) -> String {
    format!("A soft mask from {from} (0) to {to} (1).")
}

pub(super) fn colours_in_order(colours: &[Key]) -> String {
    format!(
        "{} colours, one for each class: background first, then by hue from red over green to blue: {}.",
        colours.len(),
        listed_keys(colours)
    )
}

pub(super) fn one_channel(found: NumberScale, least: f64, most: f64, truth: bool) -> String {
    let (found, least, most) = (scale(found), short(least), short(most));
    if truth {
        format!("Numbers from {least} to {most}, read as {found} of the foreground and cut at half.")
    } else {
        format!("Numbers from {least} to {most}, read as {found} of the foreground.")
    }
}

pub(super) fn one_hot(channels: usize) -> String {
    format!("One-hot: {channels} channels of 0 and 1, one 1 at each pixel.")
}

pub(super) fn log_softmax(channels: usize) -> String {
    format!(
        "Log-probabilities of {channels} classes, as a log-softmax gives them: they are logits as they are."
    )
}

pub(super) fn softmax(found: NumberScale, channels: usize) -> String {
    let found = scale(found);
    if channels == 2 {
        format!("Two channels of {found} that add up to 1: a softmax of background and foreground.")
    } else {
        format!("{channels} channels of {found} that add up to 1: a softmax.")
    }
}

pub(super) fn independent(found: NumberScale, channels: usize) -> String {
    format!("{channels} channels of {} that do not add up to 1: independent sigmoids.", scale(found))
}

pub(super) fn regions(channels: usize) -> String {
    format!("{channels} channels of 0 and 1: regions, several of which a pixel may have.")
}

pub(super) fn logits_of_regions(channels: usize, least: f64, most: f64) -> String {
    format!(
        "Logits of {channels} regions from {} to {}, of each of which a sigmoid is taken.",
        short(least),
        short(most)
    )
}

pub(super) fn logits(channels: usize, least: f64, most: f64) -> String {
    format!(
        "Logits of {channels} classes from {} to {}, of which a softmax is taken.",
        short(least),
        short(most)
    )
}

// --- questions ---

pub(super) fn are_divided_ids() -> String {
    "Are these class ids divided by 255, or probabilities that are all small?".to_owned()
}

pub(super) fn lossy_ids(most: f64) -> String {
    format!(
        "No level is above {}, and this format changes levels: class ids cannot be kept in it. Save the mask as a PNG.",
        short(most)
    )
}

pub(super) fn one_end(dark: bool) -> String {
    if dark {
        "Every level is near white: is all of it foreground?".to_owned()
    } else {
        "Every level is near black: is all of it background?".to_owned()
    }
}

pub(super) fn are_strays(count: usize, white: f64) -> String {
    format!(
        "Are the {} between 0 and {} strays of a mask, or is {} void beside class ids?",
        pixels(count),
        short(white),
        short(white)
    )
}

pub(super) fn is_void_or_full(value: f64) -> String {
    format!("Is {} void here, or is every pixel foreground?", short(value))
}

pub(super) fn which_is_it(value: f64) -> String {
    format!("One value says little: what is {}?", short(value))
}

pub(super) fn which_of_two(low: f64, high: f64) -> String {
    format!("Which is the foreground, {} or {}?", short(low), short(high))
}

pub(super) fn no_background(least: f64) -> String {
    format!(
        "No pixel is 0: are these classes from {} on, numbered from 0 here, or which one is the foreground?",
        short(least)
    )
}

pub(super) fn keeps_present(most: f64) -> String {
    format!(
        "Ids go up to {}, beyond the {MOST_CLASSES} classes a scene can have: keep those that are here?",
        short(most)
    )
}

pub(super) fn named_by_file(data_set: &str) -> String {
    format!("The file's name says that these are {data_set}: are they?")
}

pub(super) fn are_levels(levels: usize) -> String {
    format!("Are these {levels} levels classes, or numbers?")
}

pub(super) fn which_colour(ground: &Key, figure: &Key) -> String {
    format!("Which is the foreground, {} or {}? The rarer one is suggested.", key(figure), key(ground))
}

pub(super) fn is_in_order(colours: usize) -> String {
    format!("Is this the order of the {colours} classes? The file does not say.")
}

pub(super) fn several_palettes(names: &[&str]) -> String {
    format!("These colours stand in more than one data set: {}. Which is it?", names.join(", "))
}

pub(super) fn are_snapped(far: usize, all: usize) -> String {
    format!(
        "{} of the pixels are far from every frequent colour: is this a mask?",
        percent(far as f64 / all.max(1) as f64)
    )
}

pub(super) fn is_mask_in_alpha() -> String {
    "Is the mask in the transparency, opaque for the foreground?".to_owned()
}

pub(super) fn overshoot(below: f64, above: f64) -> String {
    format!(
        "The values go {} below 0 and {} above 1, as a cubic zoom of probabilities does: clip them?",
        short(below),
        short(above)
    )
}

pub(super) fn are_logits(least: f64, most: f64) -> String {
    format!("Are numbers from {} to {} logits?", short(least), short(most))
}

pub(super) fn is_percent() -> String {
    "No value is above 100: is this percent?".to_owned()
}

pub(super) fn is_dark(most: f64, white: f64) -> String {
    format!(
        "No level is above {} of {}: is this a faint prediction, or another scale?",
        short(most),
        short(white)
    )
}

pub(super) fn is_scale(most: f64, white: f64) -> String {
    format!("The largest value is {}: is 1 written as {}?", short(most), short(white))
}

pub(super) fn is_cut() -> String {
    "Many values lie between the ends: is this a truth, to be cut at half?".to_owned()
}

pub(super) fn truth_of_logits() -> String {
    "Logits are a prediction's: is this a truth, to be cut at 0 or by the largest?".to_owned()
}

pub(super) fn are_independent(channels: usize, least: f64, most: f64) -> String {
    format!(
        "The {channels} channels add up to {} to {} at a pixel, not to 1: are they independent sigmoids?",
        short(least),
        short(most)
    )
}

pub(super) fn are_logits_of_regions(channels: usize) -> String {
    format!("Are the {channels} channels independent regions, as the truth has?")
}

pub(super) fn are_many_classes(channels: usize) -> String {
    format!(
        "The {channels} channels do not add up to 1 at a pixel. Are they classes that exclude each other? Of independent \
         regions {MAX_REGIONS} are read at most."
    )
}

pub(super) fn either_axis(sides: &[usize]) -> String {
    format!("The shape {} could have its channels first or last: first is suggested.", shape(sides))
}

pub(super) fn several_arrays(chosen: &str, arrays: &[ArrayEntry]) -> String {
    let all: Vec<String> = arrays
        .iter()
        .filter(|entry| entry.readable)
        .take(8)
        .map(|entry| format!("{} {}", entry.name, entry.described))
        .collect();
    format!("The archive has several arrays ({}): {chosen} is suggested.", all.join("; "))
}

pub(super) fn new_values(count: usize) -> String {
    if count == 1 {
        "One value was not there before: is it what is suggested?".to_owned()
    } else {
        format!("{count} values were not there before: are they what is suggested?")
    }
}

pub(super) fn large((width, height): (usize, usize), (to_width, to_height): (usize, usize)) -> String {
    format!(
        "{width} × {height} is more than {LONGEST_SCENE_SIDE} a side: crop it, or resample it to {to_width} × {to_height}?"
    )
}

pub(super) fn other_size((width, height): (usize, usize), scene: (usize, usize)) -> String {
    let (across, down) = (width * scene.1, height * scene.0);
    let apart = across.abs_diff(down) as f64 / across.max(down).max(1) as f64;
    if apart <= 0.02 {
        format!(
            "It is {width} × {height} and the truth is {} × {}: resample it to the truth's size?",
            scene.0, scene.1
        )
    } else {
        format!(
            "It is {width} × {height} and the truth is {} × {}, of another aspect ratio: do they belong together? \
             Resampled to the truth's size it is stretched.",
            scene.0, scene.1
        )
    }
}

pub(super) fn more_classes(own: usize, scene: usize) -> String {
    format!("It has {own} classes and the scene {scene}: make a scene of {own}?")
}

pub(super) fn other_classes(own: usize, scene: usize) -> String {
    format!("It has {own} classes and the truth {scene}: do they belong together?")
}

pub(super) fn independent_in_scene(regions: usize, scene: usize) -> String {
    format!(
        "{regions} independent regions may overlap, and the truth has {scene} classes of which each pixel has one: is class 1 \
         the first region, class 2 the second, and so on?"
    )
}

pub(super) fn other_regions(regions: usize, scene: usize) -> String {
    format!("The prediction has {regions} regions, the truth {scene}.")
}

pub(super) fn classes_in_regions(scene: usize) -> String {
    format!(
        "The truth has {scene} regions, several of which a pixel may have, and this is one class a pixel."
    )
}

pub(super) fn too_many_regions(regions: usize) -> FileRefusal {
    FileRefusal::new(
        format!("{regions} independent channels"),
        format!("{MAX_REGIONS} regions at most; save those you want to see as a file of their own"),
    )
}

// --- remarks ---

pub(super) fn as_suggested() -> String {
    "as suggested".to_owned()
}

pub(super) fn keyed_colour() -> String {
    "One colour is marked as transparent in the file; it was read like any other.".to_owned()
}

pub(super) fn first_frame() -> String {
    "The file is animated: its first picture was read.".to_owned()
}

pub(super) fn first_page() -> String {
    "The file has several pages: the first was read.".to_owned()
}

pub(super) fn bytes_beyond(count: usize) -> String {
    format!("{count} bytes after the array were not read.")
}

pub(super) fn transparency_ignored() -> String {
    "Transparency was ignored: the colours decide.".to_owned()
}

pub(super) fn mask_in_alpha() -> String {
    "The colours are no mask, so the transparency was read: opaque is white.".to_owned()
}

pub(super) fn dropped_axes(sides: &[usize], dropped: usize) -> String {
    if dropped == 1 {
        format!("Of the shape {} one axis of length 1 was dropped.", shape(sides))
    } else {
        format!("Of the shape {} {dropped} axes of length 1 were dropped.", shape(sides))
    }
}

pub(super) fn snapped(count: usize, all: usize) -> String {
    format!(
        "{} ({}) between the ends were taken for the nearer one.",
        pixels(count),
        percent(count as f64 / all.max(1) as f64)
    )
}

pub(super) fn snapped_colours(count: usize, colours: usize, main: usize) -> String {
    format!(
        "{colours} colours, of which {main} are frequent: {} were taken for the nearest of those.",
        pixels(count)
    )
}

pub(super) fn strays(count: usize, values: &[f64], more: bool) -> String {
    let dots = if more { ", …" } else { "" };
    format!("{} of other values ({}{dots}) were taken for the nearer end.", pixels(count), listed(values))
}

pub(super) fn renumbered(present: usize, of: usize) -> String {
    format!(
        "{present} of {of} ids are classes here; they were numbered 0 to {} in rising order.",
        present.saturating_sub(1)
    )
}

pub(super) fn bytes_in_wide() -> String {
    "No value is above 255, though the type could hold more: 255 was read as 1.".to_owned()
}

pub(super) fn cut_at_half(found: NumberScale) -> String {
    match found.white() {
        Some(white) => format!("Foreground from {} on.", short(white / 2.0)),
        None => "Foreground from a logit of 0 on.".to_owned(),
    }
}

pub(super) fn as_remembered() -> String {
    "Read as the last file of this shape.".to_owned()
}

pub(super) fn by_rest(count: usize, all: usize, rest: Rest) -> String {
    let share = percent(count as f64 / all.max(1) as f64);
    let count = pixels(count);
    match rest {
        Rest::Nearest => {
            format!("{count} ({share}) of values that are not listed went with the nearest one.")
        }
        Rest::Void => format!("{count} ({share}) of values that are not listed are ignored."),
        Rest::Nothing => format!("{count} ({share}) of values that are not listed are background."),
    }
}

pub(super) fn void_in_prediction(count: usize) -> String {
    format!("{} of the prediction are void, which predicts nothing: read as background.", pixels(count))
}

/// Exact 0 and 1, and what is nearer to them than is kept.
pub(super) fn exact(count: usize, all: usize) -> String {
    format!(
        "{count} of {all} pixels have a probability of 0 or 1 to within 1e-7: kept as that distance, a logit of ±16.12, \
         which is the clamp of Keras. PyTorch's BCELoss holds the logarithm at -100 instead."
    )
}

pub(super) fn gauge() -> String {
    "Probabilities of a softmax fix its logits but for a constant at each pixel: here they are log p."
        .to_owned()
}

pub(super) fn cropped((width, height): (usize, usize)) -> String {
    format!("Cropped to {width} × {height}.")
}

pub(super) fn resampled((width, height): (usize, usize), method: Resampling) -> String {
    match method {
        Resampling::Centre => {
            format!("Resampled to {width} × {height}: each new pixel has the value under its centre.")
        }
        Resampling::Area => format!(
            "Resampled to {width} × {height}: each new pixel has what most of its area has, or the mean."
        ),
        Resampling::KeepThin => {
            format!(
                "Resampled to {width} × {height}: each new pixel has the rarest class of its area, so thin parts grow."
            )
        }
    }
}

pub(super) fn thin_parts(share: [f64; 2], regions: [usize; 2]) -> String {
    format!(
        "Foreground {} before and {} after, in {} regions before and {} after.",
        percent(share[0]),
        percent(share[1]),
        regions[0],
        regions[1]
    )
}

pub(super) fn lost(class: u8, labelling: Labelling, count: usize) -> String {
    let count = pixels(count);
    match (class, labelling) {
        (crate::field::IGNORE, _) => format!("Resampling lost what is ignored, {count} in the file."),
        (0, Labelling::Regions) => format!("Resampling lost what has no region, {count} in the file."),
        (_, Labelling::Regions) => format!("Resampling lost region {class}, {count} in the file."),
        (_, Labelling::OneClass) => format!("Resampling lost class {class}, {count} in the file."),
    }
}

// --- labels of other ways ---

pub(super) fn alternative_mask(white: f64) -> String {
    format!("A mask: each level goes with 0 or {}", short(white))
}

pub(super) fn alternative_numbers() -> String {
    "Numbers: probabilities of the foreground".to_owned()
}

pub(super) fn alternative_levels() -> String {
    "Levels, one for each class".to_owned()
}

pub(super) fn alternative_ids(void: f64) -> String {
    format!("Class ids, with {} as void", short(void))
}

pub(super) fn alternative_full() -> String {
    "Every pixel is foreground".to_owned()
}

pub(super) fn alternative_empty() -> String {
    "Every pixel is background".to_owned()
}

pub(super) fn alternative_turned(foreground: f64) -> String {
    format!("{} is the foreground", short(foreground))
}

pub(super) fn alternative_foreground(foreground: f64) -> String {
    format!("{} is the foreground, all else background", short(foreground))
}

pub(super) fn alternative_own_id(id: f64) -> String {
    format!("{} is a class of many", short(id))
}

pub(super) fn alternative_own_ids() -> String {
    "Each id is its class, and class 0 is empty".to_owned()
}

pub(super) fn alternative_renumbered(classes: usize) -> String {
    format!("Only the {classes} classes that are here, numbered from 0")
}

pub(super) fn alternative_merged() -> String {
    "All but 0 is one foreground".to_owned()
}

pub(super) fn alternative_turned_colours() -> String {
    "The other colour is the foreground".to_owned()
}

pub(super) fn alternative_by_index() -> String {
    "Each index of the palette is its class".to_owned()
}

pub(super) fn alternative_by_luma() -> String {
    "Classes from dark to bright".to_owned()
}

pub(super) fn alternative_scale(found: NumberScale) -> String {
    match found {
        NumberScale::Probabilities => "Probabilities from 0 to 1".to_owned(),
        NumberScale::Of(100.0) => "Percent".to_owned(),
        NumberScale::Of(white) => format!("0 to {}", short(white)),
        NumberScale::Logits => "Logits".to_owned(),
        NumberScale::LogProbabilities => "Log-probabilities".to_owned(),
    }
}

pub(super) fn alternative_softmax() -> String {
    "A softmax: the classes exclude each other".to_owned()
}

pub(super) fn alternative_independent() -> String {
    "Independent sigmoids: regions may overlap".to_owned()
}

pub(super) fn other_axis(axis: ChannelAxis) -> String {
    match axis {
        ChannelAxis::First => "Channels first".to_owned(),
        ChannelAxis::Last => "Channels last".to_owned(),
    }
}
