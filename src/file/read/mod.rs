//! Reading of a source: what it is, what each value stands for, and whether that is sure.
//!
//! A rule is here to prefill a [`FileChoice`], never to decide in silence: where two rules are possible the reading is not
//! sure, its questions say why, and the other way is among its alternatives.

mod colours;
pub(super) mod layout;
mod levels;
mod numbers;
mod remembered;
pub(super) mod tally;

use serde::Serialize;

use super::apply::{FileLegend, Read, apply};
use super::choice::{Assignment, Channels, FileChoice, Key, NumberScale, Of, Resampling, Sizing, To, Values};
use super::source::{ArrayEntry, ColourModel, Format, Source};
use super::{FileError, FileRefusal, LONGEST_SCENE_SIDE, text};
use crate::scene::Plane;
use colours::Alpha;
use layout::Layout;
use tally::{ColourTally, Pixels, Tally};

/// Most values of a reading that are listed.
const MOST_ROWS: usize = 64;

/// Kind of a file by what its samples mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum SampleKind {
    /// Background and foreground.
    Mask,
    /// Class ids.
    Ids,
    /// Colours of a well-known data set.
    Palette,
    /// Colours of classes.
    Colours,
    /// Grey levels of classes.
    Levels,
    /// Probabilities, on any scale.
    Probabilities,
    /// Logits, or log-probabilities.
    Logits,
    /// One channel a class, each 0 or 1.
    OneHot,
    /// One channel a region, each 0 or 1, several of which may be 1.
    Regions,
}

/// One value or colour of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ValueRow {
    /// Value or colour in the file.
    pub key: Key,
    /// Number of its pixels.
    pub pixels: usize,
    /// Meaning by the choice; none of numbers.
    pub to: Option<To>,
    /// True if the choice does not list it, but decides by its rule for the rest.
    pub by_rest: bool,
    /// Name of the class, where it is known.
    pub name: Option<String>,
}

/// Another way to read a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Alternative {
    /// Label of the way.
    pub label: String,
    /// Choice that takes it.
    pub choice: FileChoice,
}

/// Reading of a file, for a person to confirm or change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Reading {
    /// File name.
    pub name: String,
    /// Format.
    pub format: Format,
    /// Half of the scene that the file is read for.
    pub plane: Plane,
    /// Kind of the file.
    pub kind: SampleKind,
    /// Columns of the file.
    pub width: usize,
    /// Rows of the file.
    pub height: usize,
    /// Channels of the file: 1 of labels.
    pub channels: usize,
    /// Classes of the task, with the background, by the choice; of a prediction of regions their number.
    pub classes: usize,
    /// Sentence that says what the file is.
    pub text: String,
    /// True if the file can go straight in.
    pub sure: bool,
    /// Sentences that ask, if it is not sure.
    pub questions: Vec<String>,
    /// Sentences about what was found beside.
    pub remarks: Vec<String>,
    /// Values or colours, the first 64.
    pub values: Vec<ValueRow>,
    /// Number of values or colours in the file; none if they are too many to count.
    pub distinct: Option<usize>,
    /// Reading that is suggested.
    pub choice: FileChoice,
    /// Other readings.
    pub alternatives: Vec<Alternative>,
    /// Arrays of an `.npz`.
    pub arrays: Vec<ArrayEntry>,
    /// Key under which the choice is remembered: files of one key have one format, type and axes.
    pub shape_key: String,
}

/// Scene that a file joins.
#[derive(Debug, Clone, Copy)]
pub struct SceneContext<'a> {
    /// Classes of the scene, with the background; regions, with none.
    pub classes: usize,
    /// Regions of the scene, where a pixel may have several; else 0.
    pub regions: usize,
    /// Columns of the scene.
    pub width: usize,
    /// Rows of the scene.
    pub height: usize,
    /// Meaning of the truth's values; none if the truth was painted.
    pub legend: Option<&'a FileLegend>,
}

/// Circumstances of a reading.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// Scene that a prediction joins, or whose classes a truth is thought to have.
    pub scene: Option<SceneContext<'a>>,
    /// Choice for a file of the same [`Reading::shape_key`].
    pub remembered: Option<&'a FileChoice>,
}

/// Reading of a truth and a prediction together.
#[derive(Debug, Clone)]
pub struct ReadingPair {
    /// Reading of the truth.
    pub truth: Reading,
    /// Reading of the prediction, in the scene of the truth.
    pub prediction: Reading,
}

/// Values, sentences and sureness of a rule.
#[derive(Debug, Clone)]
struct SuggestedReading {
    kind: SampleKind,
    values: Values,
    text: String,
    questions: Vec<String>,
    remarks: Vec<String>,
    alternatives: Vec<(String, Values)>,
}

impl SuggestedReading {
    fn sure(kind: SampleKind, values: Values, text: String) -> Self {
        Self { kind, values, text, questions: Vec::new(), remarks: Vec::new(), alternatives: Vec::new() }
    }

    fn asking(mut self, question: String) -> Self {
        self.questions.push(question);
        self
    }

    fn saying(mut self, remark: String) -> Self {
        self.remarks.push(remark);
        self
    }

    fn or(mut self, label: String, values: Values) -> Self {
        if values != self.values {
            self.alternatives.push((label, values));
        }
        self
    }
}

impl SuggestedReading {
    /// Puts what a person chose in the place of what was suggested, which stays as another way.
    fn choose(&mut self, chosen: &Values) {
        let suggested = std::mem::replace(&mut self.values, chosen.clone());
        self.questions.clear();
        self.alternatives.retain(|(_, values)| values != chosen);
        if suggested != *chosen {
            self.alternatives.push((text::as_suggested(), suggested));
        }
    }
}

/// What rules know beside the values.
#[derive(Debug, Clone, Copy)]
struct RuleFacts<'a> {
    plane: Plane,
    name: &'a str,
    /// Largest value a sample can have; none for numbers of more than 16 bits.
    white: Option<f64>,
    /// Largest value of an integer type of 8 bits and more.
    type_most: Option<f64>,
    picture: bool,
    lossy: bool,
    scene: Option<SceneContext<'a>>,
}

impl RuleFacts<'_> {
    /// Regions of the scene, where a pixel may have several.
    fn regions(&self) -> Option<usize> {
        self.scene.map(|scene| scene.regions).filter(|&regions| regions > 0)
    }

    /// Classes of the scene, if it is one of more than two.
    fn many_classes(&self) -> Option<usize> {
        self.scene.map(|scene| scene.classes).filter(|&classes| classes > 2)
    }
}

/// Assignments of values to classes.
fn assign_values(pairs: impl IntoIterator<Item = (f64, To)>) -> Vec<Assignment> {
    pairs.into_iter().map(|(value, to)| Assignment { key: Key::Value(value), to, name: None }).collect()
}

/// Reads what a source is. Error for one that is neither a mask nor numbers that could be a prediction.
pub fn read(source: &Source, plane: Plane, context: Context<'_>) -> Result<Reading, FileError> {
    reading(source, plane, context, None).map_err(|refusal| refusal.of(source.name()))
}

/// Reads a source by a choice that a person made: nothing of it is asked, but whether it belongs to the scene. Error if it
/// is neither a mask nor numbers, whatever the choice says.
pub fn read_by(
    source: &Source,
    plane: Plane,
    context: Context<'_>,
    choice: &FileChoice,
) -> Result<Reading, FileError> {
    reading(source, plane, context, Some(choice)).map_err(|refusal| refusal.of(source.name()))
}

fn reading(
    source: &Source,
    plane: Plane,
    context: Context<'_>,
    chosen: Option<&FileChoice>,
) -> Result<Reading, FileRefusal> {
    let channels = |scene: SceneContext<'_>| if scene.regions > 0 { scene.regions } else { scene.classes };
    let classes = context.scene.map(channels);
    let key = shape_key(source, plane);
    let asked =
        chosen.or(context.remembered).map(|choice| choice.channel_axis).filter(|_| source.shape.len() > 2);
    let layout = Layout::of(source, asked, classes)?;
    let planes = source.planes(layout.axes);
    let facts = RuleFacts {
        plane,
        name: source.name(),
        white: source.white(),
        type_most: source.type_most(),
        picture: !source.is_array(),
        lossy: source.lossy,
        scene: context.scene,
    };
    let mut suggestion = suggest(source, &layout, facts)?;
    if layout.either {
        suggestion.questions.push(text::either_axis(&source.shape));
    }
    if layout.dropped > 0 {
        suggestion.remarks.push(text::dropped_axes(&source.shape, layout.dropped));
    }
    if readable_arrays(source).len() > 1 {
        suggestion
            .questions
            .push(text::several_arrays(source.array.as_deref().unwrap_or_default(), &source.arrays));
    }
    suggestion.remarks.extend(source.notes.iter().cloned());
    if let Some(remembered) = context.remembered {
        remembered::take(&mut suggestion, &remembered.values);
    }
    if let Some(chosen) = chosen {
        suggestion.choose(&chosen.values);
    }

    if let (Plane::Prediction, Some(scene), Values::Labels { classes, .. }) =
        (plane, context.scene, &mut suggestion.values)
    {
        // A prediction need not find every class.
        *classes = (*classes).max(scene.classes.min(super::MOST_CLASSES) as u8);
    }
    let channels = match &suggestion.values {
        Values::Labels { .. } | Values::Numbers { channels: Channels::Foreground, .. } => 1,
        Values::Numbers { .. } => planes.channels,
    };
    let task_classes = match &suggestion.values {
        Values::Labels { classes, .. } => usize::from(*classes),
        Values::Numbers { channels: Channels::Foreground, .. } => 2,
        // A truth of regions has a class for each, and the background.
        Values::Numbers { channels: Channels::Independent, .. } if plane == Plane::Truth => channels + 1,
        Values::Numbers { .. } => channels,
    };
    let own = (planes.width, planes.height);
    let (size, question) = match chosen {
        Some(chosen) => (chosen.size, None),
        None => sizing(own, plane, context),
    };
    suggestion.questions.extend(question);
    if let Some(scene) = context.scene {
        suggestion.questions.extend(misfit(plane, &suggestion.values, task_classes, scene));
    }

    let choice =
        |values| FileChoice { array: source.array.clone(), channel_axis: layout.channel_axis, values, size };
    let mut alternatives: Vec<Alternative> = suggestion
        .alternatives
        .into_iter()
        .map(|(label, values)| Alternative { label, choice: choice(values) })
        .collect();
    if layout.either {
        let other = match layout.channel_axis {
            super::choice::ChannelAxis::First => super::choice::ChannelAxis::Last,
            super::choice::ChannelAxis::Last => super::choice::ChannelAxis::First,
        };
        let turned = FileChoice { channel_axis: other, ..choice(suggestion.values.clone()) };
        alternatives.push(Alternative { label: text::other_axis(other), choice: turned });
    }
    let (values, distinct) = rows(source, &layout, &suggestion.values)?;
    Ok(Reading {
        name: source.name().to_owned(),
        format: source.format(),
        plane,
        kind: suggestion.kind,
        width: own.0,
        height: own.1,
        channels,
        classes: task_classes,
        text: suggestion.text,
        sure: suggestion.questions.is_empty(),
        questions: suggestion.questions,
        remarks: suggestion.remarks,
        values,
        distinct,
        choice: choice(suggestion.values),
        alternatives,
        arrays: source.arrays.clone(),
        shape_key: key,
    })
}

/// Reads a truth and a prediction of it: the number of classes of either helps to read the other.
///
/// The prediction is read by itself first; if it has more than two classes, the truth is read as one of that many; then
/// the prediction is read in the truth's scene, with what the truth's values mean. Error if either is refused.
pub fn read_pair(truth: &Source, prediction: &Source) -> Result<ReadingPair, FileError> {
    let alone = read(prediction, Plane::Prediction, Context::default())?;
    let regions = if alone.is_of_regions() { alone.classes } else { 0 };
    let classes = if regions > 0 { regions + 1 } else { alone.classes };
    let hint = SceneContext { classes, regions, width: 0, height: 0, legend: None };
    let context = Context { scene: (classes > 2).then_some(hint), remembered: None };
    let truth_reading = read(truth, Plane::Truth, context)?;
    let Read::Truth(read_truth) = apply(truth, &truth_reading.choice, Plane::Truth)? else {
        return Ok(ReadingPair { truth: truth_reading, prediction: alone });
    };
    let (height, width) = read_truth.labels.dim();
    let classes = truth_reading.classes;
    let regions = if truth_reading.is_of_regions() { classes - 1 } else { 0 };
    let scene = SceneContext { classes, regions, width, height, legend: Some(&read_truth.legend) };
    let prediction = read(prediction, Plane::Prediction, Context { scene: Some(scene), remembered: None })?;
    Ok(ReadingPair { truth: truth_reading, prediction })
}

/// Rule for a source by its kind of samples.
fn suggest(source: &Source, layout: &Layout, facts: RuleFacts<'_>) -> Result<SuggestedReading, FileRefusal> {
    let planes = source.planes(layout.axes);
    let pixels = |of: &Of| Pixels::new(source, planes, of);
    let by_value = |of: Of, facts: RuleFacts<'_>| {
        let samples = pixels(&of)?;
        let tally = Tally::of(planes.height, planes.width, |y, x| samples.value(y, x))?;
        levels::suggest(&tally, of, facts)
    };
    match source.model {
        ColourModel::Array if planes.channels == 1 => by_value(Of::Value, facts),
        ColourModel::Array => {
            if let Some(colours) = colours::in_array(source, &planes, layout.channel_axis)? {
                return colours::suggest(&colours, source, facts, by_value);
            }
            numbers::several(&planes, source.dtype, facts)
        }
        ColourModel::Grey | ColourModel::Rgb | ColourModel::Indexed => {
            let by_alpha = |asking: bool| {
                let white = if source.model == ColourModel::Indexed { Some(255.0) } else { facts.white };
                let suggestion = by_value(Of::Alpha, RuleFacts { white, ..facts })?;
                let suggestion = suggestion.saying(text::mask_in_alpha());
                Ok(if asking { suggestion.asking(text::is_mask_in_alpha()) } else { suggestion })
            };
            let tally = match ColourTally::of(&pixels(&Of::Colour)?) {
                Ok(tally) => tally,
                // A photograph that was cut out has its mask in alpha.
                Err(_) if source.alpha => return by_alpha(true),
                Err(refusal) => return Err(refusal),
            };
            let suggested = || colours::suggest(&tally, source, facts, by_value);
            match colours::alpha(source, &planes, &tally)? {
                Alpha::None => suggested(),
                Alpha::Ignored => match suggested() {
                    Ok(suggestion) => Ok(suggestion.saying(text::transparency_ignored())),
                    Err(_) => by_alpha(true),
                },
                Alpha::Mask => by_alpha(false),
                Alpha::MaybeMask => by_alpha(true),
            }
        }
    }
}

/// Values or colours with their pixels and what the choice takes them for, and how many there are.
fn rows(
    source: &Source,
    layout: &Layout,
    values: &Values,
) -> Result<(Vec<ValueRow>, Option<usize>), FileRefusal> {
    let planes = source.planes(layout.axes);
    let pixels = Pixels::new(source, planes, values.of())?;
    let counts: Vec<(Key, usize)> = if *values.of() == Of::Colour {
        let tally = ColourTally::of(&pixels)?;
        tally.counts.iter().map(|&(colour, count)| (Key::of_colour(colour, source.bits), count)).collect()
    } else if planes.channels > 1 && source.is_array() {
        return Ok((Vec::new(), None));
    } else {
        let tally = Tally::of(planes.height, planes.width, |y, x| pixels.value(y, x))?;
        if tally.many {
            return Ok((Vec::new(), None));
        }
        tally.counts.iter().map(|&(value, count)| (Key::Value(value), count)).collect()
    };
    let distinct = Some(counts.len());
    let meaning = super::apply::Meanings::of(values);
    let row = |(key, pixels): (Key, usize)| {
        let (to, listed) = meaning.as_ref().map_or((None, None), |meaning| meaning.of_key(&key));
        ValueRow {
            by_rest: to.is_some() && listed.is_none(),
            name: listed.and_then(|assignment| assignment.name.clone()),
            to,
            key,
            pixels,
        }
    };
    Ok((counts.into_iter().take(MOST_ROWS).map(row).collect(), distinct))
}

/// Size of a file: its own, or else as an earlier one was given its size, or as is suggested, with the question.
fn sizing(own: (usize, usize), plane: Plane, context: Context<'_>) -> (Sizing, Option<String>) {
    let of_scene = context.scene.filter(|scene| plane == Plane::Prediction && scene.width > 0);
    let longest = own.0.max(own.1);
    let (size, question) = match of_scene.map(|scene| (scene.width, scene.height)) {
        Some(size) if own == size => return (Sizing::Own, None),
        Some(size) => (size, text::other_size(own, size)),
        None if longest <= LONGEST_SCENE_SIDE => return (Sizing::Own, None),
        None => {
            let scale = LONGEST_SCENE_SIDE as f64 / longest as f64;
            let side = |side: usize| ((side as f64 * scale).round() as usize).max(1);
            let size = (side(own.0), side(own.1));
            (size, text::large(own, size))
        }
    };
    let suggested = Sizing::Resample { width: size.0, height: size.1, method: Resampling::Centre };
    let known =
        context.remembered.and_then(|known| remembered::size(size, own, of_scene.is_some(), known.size));
    known.map_or((suggested, Some(question)), |known| (known, None))
}

/// Question about a file whose classes are not those of the scene.
fn misfit(plane: Plane, values: &Values, classes: usize, scene: SceneContext<'_>) -> Option<String> {
    if let Values::Numbers { channels: Channels::Independent, .. } = values {
        let asked = match scene.regions {
            0 => Some(text::independent_in_scene(classes, scene.classes)),
            regions => (regions != classes).then(|| text::other_regions(classes, regions)),
        };
        return asked.filter(|_| plane == Plane::Prediction);
    }
    if plane == Plane::Prediction && scene.regions > 0 {
        return Some(text::classes_in_regions(scene.regions));
    }
    match plane {
        Plane::Truth => {
            (scene.classes == 2 && classes > 2).then(|| text::more_classes(classes, scene.classes))
        }
        Plane::Prediction => {
            let fits = match values {
                Values::Labels { .. } => classes <= scene.classes,
                Values::Numbers { .. } => classes == scene.classes,
            };
            (!fits).then(|| text::other_classes(classes, scene.classes))
        }
    }
}

/// Key of files that one choice can serve: plane, format, type of sample, axes; of an archive of several arrays their
/// names, whichever of them was decoded.
pub fn shape_key(source: &Source, plane: Plane) -> String {
    let plane_name = match plane {
        Plane::Truth => "truth",
        Plane::Prediction => "prediction",
    };
    if let [first, others @ ..] = &readable_arrays(source)[..]
        && !others.is_empty()
    {
        let names = others.iter().fold((*first).to_owned(), |all, name| format!("{all}, {name}"));
        return format!("{plane_name} {} of {names}", source.format.name());
    }
    let model = match source.model {
        ColourModel::Array => "array",
        ColourModel::Grey => "grey",
        ColourModel::Rgb => "rgb",
        ColourModel::Indexed => "indexed",
    };
    // Of an array's sides only the short ones are part of its meaning, if there are more than an image has.
    let is_told = |side: usize| source.shape.len() > 2 && side <= super::MOST_CLASSES;
    let sides: Vec<String> = source
        .shape
        .iter()
        .map(|&side| if is_told(side) { side.to_string() } else { "n".to_owned() })
        .collect();
    let alpha = if source.alpha { " alpha" } else { "" };
    let axes = if source.is_array() { format!(" {}", sides.join("x")) } else { String::new() };
    format!("{plane_name} {} {model}{alpha} {}{axes}", source.format.name(), source.sample_name())
}

/// Names of the arrays of an archive that can be read.
fn readable_arrays(source: &Source) -> Vec<&str> {
    source.arrays.iter().filter(|entry| entry.readable).map(|entry| entry.name.as_str()).collect()
}

/// Scale as a word for people and scripts.
pub(super) fn scale_word(kind: SampleKind, values: &Values) -> String {
    match values {
        Values::Labels { .. } if kind == SampleKind::Mask => "hard mask".to_owned(),
        Values::Labels { .. } => "class ids".to_owned(),
        Values::Numbers { scale, .. } => match scale {
            NumberScale::Probabilities if kind == SampleKind::OneHot => "one-hot".to_owned(),
            NumberScale::Probabilities if kind == SampleKind::Regions => "regions".to_owned(),
            NumberScale::Probabilities => "probabilities".to_owned(),
            NumberScale::Of(100.0) => "percent".to_owned(),
            NumberScale::Of(white) => format!("0–{white}"),
            NumberScale::Logits => "logits".to_owned(),
            NumberScale::LogProbabilities => "log-probabilities".to_owned(),
        },
    }
}

impl Reading {
    /// True if its channels are regions, several of which a pixel may have.
    pub fn is_of_regions(&self) -> bool {
        self.choice.is_of_regions()
    }

    /// Scale of the samples in a word or two: "probabilities", "percent", "0–255", "logits", "class ids".
    pub fn scale(&self) -> String {
        scale_word(self.kind, &self.choice.values)
    }
}
