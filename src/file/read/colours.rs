//! Colours: known palettes, masks of two colours, soft masks between two, and classes by an order that is stated.
//!
//! In this order:
//!
//! 1. Grey pictures, through their palette, are read by their levels: see `levels`.
//! 2. Colours that all stand in one well-known palette are its classes. In a format that changes colours, or among more
//!    colours than classes, each is first taken for the nearest frequent one.
//! 3. Two colours are a mask: black is the background, or else the more frequent one.
//! 4. Colours on the way from one to another are a soft mask.
//! 5. Other colours are classes: black (or else the most frequent) is 0, then by hue from red over green to blue, then
//!    greys from dark to bright. No file says which order was meant, so this is asked.
//!
//! The index of a palette is never an id by itself: one picture as RGB and as palette gives the same classes.

use super::super::choice::{Assignment, ChannelAxis, Key, Of, Rest, To, Values};
use super::super::palette::Known;
use super::super::source::{Colour, ColourModel, Number, Planes, Source};
use super::super::{FileRefusal, MOST_CLASSES, text};
use super::tally::{ColourTally, Pixels, spread};
use super::{RuleFacts, SampleKind, SuggestedReading};

/// Distance within which a changed colour is still that colour, in levels of 255.
const SAME: f64 = 48.0;
/// Least share of the pixels that a main colour has.
const LEAST_SHARE: f64 = 0.002;
/// Most of the pixels that may be far from every main colour.
const MOST_FAR: f64 = 0.25;
/// Distance of a rim that a lossy format makes, in levels of 255.
const RIM: f64 = 110.0;
/// Distance of a blend from the line between two colours, in levels of 255.
const BLEND: f64 = 12.0;
/// Colours up to which each is a class's, however rare.
const FEW_COLOURS: usize = 8;
/// Colours from which a picture may be soft.
const SOFT_COLOURS: usize = 5;

/// Colours of an array whose last axis is red, green, blue (and alpha): few of them, in bytes that are no shares of a
/// sum. None of any other array.
pub(super) fn in_array(
    source: &Source,
    planes: &Planes<'_>,
    axis: ChannelAxis,
) -> Result<Option<ColourTally>, FileRefusal> {
    let bytes = source.dtype.number == Number::Unsigned && source.dtype.size == 1;
    if !bytes || !matches!(planes.channels, 3 | 4) || axis != ChannelAxis::Last {
        return Ok(None);
    }
    let sum = |y, x| (0..planes.channels).map(|channel| planes.value(channel, y, x)).sum::<f64>();
    let mut all = (0..planes.height).flat_map(|y| (0..planes.width).map(move |x| (y, x)));
    if all.all(|(y, x)| (sum(y, x) - 255.0).abs() <= planes.channels as f64) {
        return Ok(None);
    }
    let Ok(tally) = ColourTally::of(&Pixels::new(source, *planes, &Of::Colour)?) else { return Ok(None) };
    let small = tally.counts.iter().all(|(colour, _)| colour.iter().all(|&channel| channel <= 1));
    Ok((!small && tally.counts.len() <= MOST_CLASSES).then_some(tally))
}

/// Part that alpha plays in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    /// Every pixel is opaque.
    None,
    /// Some pixels are not opaque, and the colours decide.
    Ignored,
    /// Nothing but alpha tells pixels apart, and it has two values.
    Mask,
    /// The mask may be in alpha.
    MaybeMask,
}

/// Part that alpha plays, by the colours of clear pixels and of others.
pub(super) fn alpha(
    source: &Source,
    planes: &Planes<'_>,
    colours: &ColourTally,
) -> Result<Alpha, FileRefusal> {
    let translucent_palette =
        source.model == ColourModel::Indexed && source.palette.iter().any(|entry| entry[3] < 255);
    if !source.alpha && !translucent_palette {
        return Ok(Alpha::None);
    }
    let pixels = Pixels::new(source, *planes, &Of::Alpha)?;
    let opaque = if source.model == ColourModel::Indexed { 255.0 } else { source.white().unwrap_or(255.0) };
    let (mut least, mut most, mut soft) = (f64::INFINITY, f64::NEG_INFINITY, false);
    // Colour of the clear pixels and of the others: none yet, one, or several.
    let mut sides: [Option<Option<Colour>>; 2] = [None, None];
    for (y, x) in (0..planes.height).flat_map(|y| (0..planes.width).map(move |x| (y, x))) {
        let alpha = pixels.value(y, x);
        least = least.min(alpha);
        most = most.max(alpha);
        soft |= alpha != 0.0 && (alpha - opaque).abs() > 0.5;
        let colour = pixels.colour(y, x);
        let side = &mut sides[usize::from(alpha > 0.0)];
        *side = match *side {
            None => Some(Some(colour)),
            Some(Some(known)) if known == colour => Some(Some(colour)),
            Some(_) => Some(None),
        };
    }
    if (least - most).abs() < 0.5 {
        return Ok(if most < opaque { Alpha::Ignored } else { Alpha::None });
    }
    if colours.counts.len() == 1 {
        return Ok(if soft { Alpha::MaybeMask } else { Alpha::Mask });
    }
    // Drawn in dark on a clear canvas whose hidden colour is bright: the picture that is seen is the alpha.
    if let [Some(Some(clear)), Some(Some(seen))] = sides
        && clear.iter().map(|&c| u32::from(c)).sum::<u32>() > seen.iter().map(|&c| u32::from(c)).sum::<u32>()
    {
        return Ok(Alpha::MaybeMask);
    }
    Ok(Alpha::Ignored)
}

/// Suggestion for the colours of a picture. `by_value` reads it by one value a pixel.
pub(super) fn suggest(
    tally: &ColourTally,
    source: &Source,
    facts: RuleFacts<'_>,
    by_value: impl Fn(Of, RuleFacts<'_>) -> Result<SuggestedReading, FileRefusal>,
) -> Result<SuggestedReading, FileRefusal> {
    let tolerance = if facts.lossy { 40 } else { 0 };
    if tally.is_grey(tolerance) {
        return by_value(Of::Value, facts);
    }
    let bits = source.bits;
    if let Some(known) = by_legend(tally, bits, facts) {
        return Ok(known);
    }
    let exact: Vec<Colour> = tally.counts.iter().map(|(colour, _)| *colour).collect();
    if !facts.lossy && exact.len() <= 256 {
        if let Some(suggestion) = known(&exact, tally, source, facts, false) {
            return Ok(suggestion);
        }
        if let [one, two] = exact[..] {
            return Ok(two_colours([one, two], bits));
        }
    }
    if exact.len() >= SOFT_COLOURS
        && let Some((dark, bright)) = between(tally, facts.lossy)
    {
        let ends = [dark, bright].map(|colour| match Key::of_colour(colour, bits) {
            Key::Colour(text) => text,
            Key::Value(_) => String::new(),
        });
        let [from, to] = ends;
        let text = text::between(&from, &to);
        let suggestion = by_value(Of::Between { from, to }, RuleFacts { white: Some(1.0), ..facts })?;
        return Ok(SuggestedReading { text, ..suggestion });
    }
    let (main, far) = main_colours(tally, facts.lossy, bits);
    if main.is_empty() || main.len() > MOST_CLASSES || far as f64 > MOST_FAR * tally.pixels as f64 {
        return Err(text::too_many_colours(exact.len(), main.len()));
    }
    let mut suggestion = match known(&main, tally, source, facts, facts.lossy || main.len() < exact.len()) {
        Some(known) => known,
        None if main.len() == 2 => two_colours([main[0], main[1]], bits),
        None if main.len() == 1 => return Err(text::one_colour(&Key::of_colour(main[0], bits))),
        None => {
            let suggestion = in_hue_order(&main, bits, facts);
            match by_index(source, tally) {
                Some(ids) => suggestion.or(text::alternative_by_index(), ids),
                None => suggestion,
            }
        }
    };
    if main.len() < exact.len() {
        let on_main =
            tally.counts.iter().filter(|(colour, _)| main.contains(colour)).map(|(_, n)| n).sum::<usize>();
        suggestion =
            suggestion.saying(text::snapped_colours(tally.pixels - on_main, exact.len(), main.len()));
        if far as f64 > 0.02 * tally.pixels as f64 {
            suggestion = suggestion.asking(text::are_snapped(far, tally.pixels));
        }
    }
    Ok(suggestion)
}

fn assign_colours(pairs: impl IntoIterator<Item = (Colour, To)>, bits: u8) -> Vec<Assignment> {
    pairs
        .into_iter()
        .map(|(colour, to)| Assignment { key: Key::of_colour(colour, bits), to, name: None })
        .collect()
}

fn labels(classes: usize, assign: Vec<Assignment>) -> Values {
    Values::Labels {
        of: Of::Colour,
        classes: classes.clamp(2, MOST_CLASSES) as u8,
        assign,
        rest: Rest::Nearest,
    }
}

/// Colours that the truth of the scene has, all of them.
fn by_legend(tally: &ColourTally, bits: u8, facts: RuleFacts<'_>) -> Option<SuggestedReading> {
    let scene = facts.scene?;
    let legend = scene.legend.filter(|legend| legend.of == Of::Colour)?;
    let known = |colour: &Colour| {
        let key = Key::of_colour(*colour, bits);
        legend.assign.iter().any(|assignment| assignment.key == key)
    };
    if facts.plane == crate::scene::Plane::Truth || !tally.counts.iter().all(|(colour, _)| known(colour)) {
        return None;
    }
    let kind = if scene.classes == 2 { SampleKind::Mask } else { SampleKind::Colours };
    Some(SuggestedReading::sure(
        kind,
        labels(scene.classes, legend.assign.clone()),
        text::colours_as_in_truth(),
    ))
}

/// Classes of a well-known palette; none if no palette has all colours.
fn known(
    colours: &[Colour],
    tally: &ColourTally,
    source: &Source,
    facts: RuleFacts<'_>,
    snapped: bool,
) -> Option<SuggestedReading> {
    let bits = source.bits;
    let voc_map = source.model == ColourModel::Indexed && !snapped && {
        let used: Vec<(u8, [u8; 3])> = used_entries(source, tally);
        Known::is_voc_map(&used) && used.iter().all(|&(id, _)| id <= 20 || id == 255)
    };
    // Colours that anyone may choose are nobody's, however a format has changed them.
    let chosen = |colour: &Colour| colour.iter().all(|&channel| channel <= 24 || channel >= 231);
    if facts.lossy && colours.iter().all(chosen) {
        return None;
    }
    let looked_up: Vec<Colour> =
        if facts.lossy { colours.iter().map(|&c| cornered(c)).collect() } else { colours.to_vec() };
    let mut covering = Known::covering(&looked_up);
    if voc_map {
        covering = vec![Known::Voc];
    }
    let data_set = *covering.first()?;
    let meanings: Vec<_> = colours
        .iter()
        .zip(&looked_up)
        .filter_map(|(&colour, &known)| Some((colour, data_set.of_colour(known)?)))
        .collect();
    let mut ids: Vec<u8> = meanings.iter().filter_map(|(_, meaning)| meaning.class).collect();
    ids.sort_unstable();
    ids.dedup();
    let most = usize::from(*ids.last()?);
    let wanted = facts.many_classes().filter(|&classes| most < classes);
    let binary = ids.len() <= 2 && ids.first() == Some(&0) && data_set == Known::Voc && wanted.is_none();
    let own = most < MOST_CLASSES && !binary;
    if ids.len() > MOST_CLASSES {
        return None;
    }
    let class_of = |id: u8| {
        if own { id } else { ids.iter().position(|&known| known == id).unwrap_or(0) as u8 }
    };
    let assign: Vec<Assignment> = meanings
        .iter()
        .map(|(colour, meaning)| Assignment {
            key: Key::of_colour(*colour, bits),
            to: meaning.class.map_or(To::Void, |id| To::Class(class_of(id))),
            name: Some(meaning.name.to_owned()),
        })
        .collect();
    let classes = if own { wanted.unwrap_or(most + 1) } else { ids.len() };
    let kind = if binary { SampleKind::Mask } else { SampleKind::Palette };
    let mut suggestion = SuggestedReading::sure(
        kind,
        labels(classes, assign.clone()),
        text::known_palette(data_set.name(), ids.len()),
    );
    if !own && !binary {
        suggestion = suggestion.saying(text::renumbered(ids.len(), most + 1));
    }
    if binary && ids.len() == 2 && most > 1 {
        let all = assign.iter().zip(&meanings).map(|(assignment, (_, meaning))| Assignment {
            to: meaning.class.map_or(To::Void, To::Class),
            ..assignment.clone()
        });
        suggestion = suggestion.or(text::alternative_own_id(most as f64), labels(most + 1, all.collect()));
    }
    if covering.len() > 1 {
        let names: Vec<&str> = covering.iter().map(|known| known.name()).collect();
        suggestion = if binary { suggestion } else { suggestion.asking(text::several_palettes(&names)) };
    }
    Some(suggestion)
}

/// Palette indices as ids; none of other pictures and of indices beyond the classes.
fn by_index(source: &Source, tally: &ColourTally) -> Option<Values> {
    let used: Vec<u8> = if source.model == ColourModel::Indexed {
        used_entries(source, tally).into_iter().map(|(id, _)| id).collect()
    } else {
        Vec::new()
    };
    let most = usize::from(*used.iter().max()?);
    let assign =
        used.iter().map(|&id| Assignment { key: Key::Value(id.into()), to: To::Class(id), name: None });
    (most < MOST_CLASSES).then(|| Values::Labels {
        of: Of::Index,
        classes: (most + 1).max(2) as u8,
        assign: assign.collect(),
        rest: Rest::Void,
    })
}

/// Used entries of a palette with their colours.
fn used_entries(source: &Source, tally: &ColourTally) -> Vec<(u8, [u8; 3])> {
    let mut used = [false; 256];
    for &index in &source.data {
        used[usize::from(index)] = true;
    }
    let entries = (0..=255).zip(&source.palette);
    let entries = entries.filter(|(id, _)| used[usize::from(*id)]).map(|(id, &[r, g, b, _])| (id, [r, g, b]));
    entries.take(tally.counts.len().max(256)).collect()
}

/// Colour of a well-known palette that a changed one was: the nearest of all of them.
fn cornered(colour: Colour) -> Colour {
    let mut best = (colour, SAME / 2.0);
    for known in Known::colours() {
        let distance = distance(colour, known, 8);
        if distance < best.1 {
            best = (known, distance);
        }
    }
    best.0
}

fn two_colours([one, two]: [Colour; 2], bits: u8) -> SuggestedReading {
    // The more frequent one comes first.
    let black = |colour: Colour| colour == [0; 3];
    let (ground, figure) = if black(two) { (two, one) } else { (one, two) };
    let mask = labels(2, assign_colours([(ground, To::Class(0)), (figure, To::Class(1))], bits));
    let turned = labels(2, assign_colours([(ground, To::Class(1)), (figure, To::Class(0))], bits));
    let keys = [ground, figure].map(|colour| Key::of_colour(colour, bits));
    let suggestion = SuggestedReading::sure(SampleKind::Mask, mask, text::two_colours(&keys[0], &keys[1]));
    let suggestion =
        if black(ground) { suggestion } else { suggestion.asking(text::which_colour(&keys[0], &keys[1])) };
    suggestion.or(text::alternative_turned_colours(), turned)
}

/// Classes in the order of hue.
fn in_hue_order(colours: &[Colour], bits: u8, facts: RuleFacts<'_>) -> SuggestedReading {
    let ground = if colours.contains(&[0; 3]) { [0; 3] } else { colours[0] };
    let mut others: Vec<Colour> = colours.iter().copied().filter(|&colour| colour != ground).collect();
    others.sort_by(|&a, &b| hue_order(a).total_cmp(&hue_order(b)).then(luma(a).cmp(&luma(b))));
    let ordered: Vec<Colour> = std::iter::once(ground).chain(others).collect();
    let in_order = (0..).map(To::Class).zip(&ordered).map(|(to, &colour)| (colour, to));
    let values = labels(
        facts.many_classes().map_or(0, |n| n.min(MOST_CLASSES)).max(ordered.len()),
        assign_colours(in_order, bits),
    );
    let by_luma = {
        let mut all = colours.to_vec();
        all.sort_by_key(|&colour| luma(colour));
        labels(
            all.len(),
            assign_colours((0..).map(To::Class).zip(all).map(|(to, colour)| (colour, to)), bits),
        )
    };
    let keys: Vec<Key> = ordered.iter().map(|&colour| Key::of_colour(colour, bits)).collect();
    SuggestedReading::sure(SampleKind::Colours, values, text::colours_in_order(&keys))
        .asking(text::is_in_order(keys.len()))
        .or(text::alternative_by_luma(), by_luma)
}

/// Hue in degrees from red; greys come after all hues.
fn hue_order(colour: Colour) -> f64 {
    if spread(colour) == 0 {
        return 720.0;
    }
    let [r, g, b] = colour.map(f64::from);
    let (most, range) = (r.max(g).max(b), f64::from(spread(colour)));
    let sixth = if (most - r).abs() < 0.5 {
        (g - b) / range
    } else if (most - g).abs() < 0.5 {
        2.0 + (b - r) / range
    } else {
        4.0 + (r - g) / range
    };
    // Rose is still red: the circle is cut between magenta and red.
    let degrees = 60.0 * sixth;
    if degrees < -30.0 { degrees + 360.0 } else { degrees }
}

/// Rec. 709 luma of the values as stored, times 10,000.
fn luma([r, g, b]: Colour) -> u32 {
    2126 * u32::from(r) + 7152 * u32::from(g) + 722 * u32::from(b)
}

/// Distance of two colours, in levels of 255.
fn distance(a: Colour, b: Colour, bits: u8) -> f64 {
    let square = |channel: usize| (f64::from(a[channel]) - f64::from(b[channel])).powi(2);
    let unit = if bits > 8 { 257.0 } else { 1.0 };
    (square(0) + square(1) + square(2)).sqrt() / unit
}

/// Two colours on the line between which all others lie; none if there is no such line, or the ends are rare.
fn between(tally: &ColourTally, lossy: bool) -> Option<(Colour, Colour)> {
    let frequent = tally.counts.iter().filter(|(_, count)| *count as f64 >= 0.01 * tally.pixels as f64);
    let (dark, _) = *frequent.min_by_key(|(colour, _)| luma(*colour))?;
    let apart = |colour: Colour| distance(colour, dark, 8);
    let (bright, _) = *tally.counts.iter().max_by(|a, b| apart(a.0).total_cmp(&apart(b.0)))?;
    let far = if lossy { 40.0 } else { 2.5 };
    let on_line = |colour: Colour| {
        let t = super::tally::position(colour, dark, bright);
        let foot: f64 = (0..3)
            .map(|channel| {
                let along = f64::from(bright[channel]) - f64::from(dark[channel]);
                (f64::from(dark[channel]) + t * along - f64::from(colour[channel])).powi(2)
            })
            .sum();
        foot.sqrt() <= far
    };
    let off: usize =
        tally.counts.iter().filter(|(colour, _)| !on_line(*colour)).map(|(_, count)| count).sum();
    let most_off = if lossy { 0.01 * tally.pixels as f64 } else { 0.0 };
    (apart(bright) > SAME && off as f64 <= most_off).then_some((dark, bright))
}

/// Frequent colours, each of which others were once, the most frequent first; and the pixels far from all of them.
///
/// A colour is another's if it is near it in a picture that was changed, or a blend: much rarer than two that it lies
/// between, as along a smooth edge.
fn main_colours(tally: &ColourTally, lossy: bool, bits: u8) -> (Vec<Colour>, usize) {
    if !lossy && tally.counts.len() <= FEW_COLOURS {
        return (tally.counts.iter().map(|(colour, _)| *colour).collect(), 0);
    }
    // Classes of many colours may have close ones.
    let same = if lossy || tally.counts.len() > MOST_CLASSES { SAME } else { 0.0 };
    let mut main: Vec<(Colour, usize)> = Vec::new();
    let mut far = 0;
    for &(colour, count) in &tally.counts {
        // Halved chroma makes a rim of another colour, unless a data set has it.
        let rim = |pixels: usize| lossy && 5 * count <= pixels && cornered(colour) == colour;
        let is_of = |&(known, pixels): &(Colour, usize)| {
            let apart = distance(known, colour, bits);
            apart <= same || (apart <= RIM && rim(pixels))
        };
        if let Some(at) = main.iter().position(is_of) {
            main[at].1 += count;
        } else if is_blend(colour, count, &main, bits) {
            // Neither a class nor far from one.
        } else if count as f64 >= LEAST_SHARE * tally.pixels as f64 && main.len() <= 4 * MOST_CLASSES {
            main.push((colour, count));
        } else {
            far += count;
        }
    }
    (main.into_iter().map(|(colour, _)| colour).collect(), far)
}

/// True for a colour between two that are at least three times as frequent.
fn is_blend(colour: Colour, count: usize, main: &[(Colour, usize)], bits: u8) -> bool {
    let frequent: Vec<Colour> =
        main.iter().filter(|(_, pixels)| *pixels >= 3 * count).map(|(c, _)| *c).collect();
    let between = |from: Colour, to: Colour| {
        let t = super::tally::position(colour, from, to);
        let foot = [0, 1, 2].map(|channel| {
            let (from, to) = (f64::from(from[channel]), f64::from(to[channel]));
            (from + t * (to - from)).round() as u16
        });
        distance(foot, colour, bits) <= BLEND
    };
    (1..frequent.len()).any(|to| (0..to).any(|from| between(frequent[from], frequent[to])))
}
