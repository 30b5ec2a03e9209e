//! The sort and the staircase at a moment: two charts, a picture and a sentence.

use super::study::moments::{Bar, Moments, SLIDE};
use super::text;
use crate::loss::lovasz::Error;
use crate::paint::Theme;
use crate::paint::chart::{Axis, Chart, Ink, Mark, Plot, Series};
use crate::paint::colormap::ramp;
use crate::panel::Still;

/// Errors of the sample, on their way from the order of the image to their ranks.
pub fn row(moments: &Moments, step: f64, error: Error) -> Chart {
    let bars = moments.bars(step);
    let sliding = step < SLIDE as f64;
    let series = |name: &str, ink: Ink, of: &dyn Fn(&Bar) -> bool| {
        let mut points: Vec<[f64; 2]> =
            bars.iter().filter(|bar| of(bar)).map(|bar| [bar.place, bar.error]).collect();
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        Series::line(name, ink, points).drawn(Mark::Bars).wide(0.8)
    };
    let mut all = vec![
        series(text::SIDES[0], Ink::Foreground, &|bar| bar.is_foreground && (sliding || bar.has_joined)),
        series(text::SIDES[1], Ink::Background, &|bar| !bar.is_foreground && (sliding || bar.has_joined)),
    ];
    if !sliding {
        all.push(series(text::NOT_JOINED, Ink::Muted, &|bar| !bar.has_joined));
    }
    let worst = moments.order().errors.first().map_or(0.0, |error| f64::from(*error));
    Chart::Plot(Plot::new(
        text::ROW,
        Axis::linear(text::ROW_X, 0.0, moments.sampled() as f64 + 1.0),
        Axis::around(text::error_name(error), std::iter::once(worst)),
        all,
    ))
}

/// The Jaccard loss of the pixels that have joined.
pub fn staircase(moments: &Moments, step: f64) -> Chart {
    let joined = moments.joined(step);
    let line = Series::line(text::JACCARD, Ink::Strong, moments.staircase(step)).drawn(Mark::Step);
    let end = (moments.steps() - SLIDE).max(1) as f64;
    Chart::Plot(
        Plot::new(
            text::STAIRCASE,
            Axis::linear(text::JOINED_AXIS, 0.0, end),
            Axis::linear(text::JACCARD_SO_FAR, 0.0, 1.0),
            vec![line],
        )
        .ruled(joined as f64, ""),
    )
}

/// Stairs of the close-up.
const CLOSE: usize = 24;

/// The latest stairs, so large that each is seen.
pub fn close_up(moments: &Moments, step: f64) -> Chart {
    let latest = moments.latest(step, CLOSE);
    let series = |name: &str, ink: Ink, side: bool| {
        let points = latest.iter().filter(|stair| stair.2 == side).map(|stair| [stair.0 as f64, stair.1]);
        Series::line(name, ink, points.collect()).drawn(Mark::Bars).wide(1.0)
    };
    // It moves along with the pixels, and is always as wide.
    let end = latest.last().map_or(0, |stair| stair.0).max(CLOSE) as f64 + 0.5;
    Chart::Plot(Plot::new(
        text::close_up(CLOSE),
        Axis::linear(text::JOINED_AXIS, end - CLOSE as f64, end),
        Axis::around(text::GROWTH, std::iter::once((CLOSE as f64 * moments.highest()).min(1.0))),
        vec![series(text::SIDES[0], Ink::Foreground, true), series(text::SIDES[1], Ink::Background, false)],
    ))
}

/// Pixels that have joined, in the colours of their classes; the others stand back. RGBA of one image.
pub fn picture(moments: &Moments, step: f64, pixels: usize, theme: Theme) -> Vec<u8> {
    let mut rgba = vec![0; 4 * pixels];
    let (places, _) = rgba.as_chunks_mut::<4>();
    let joined = moments.joined(step);
    let order = moments.order();
    let waiting = [theme.grid(), ramp(theme.grid(), theme.foreground())[64]];
    let lit = [theme.background(), theme.foreground()];
    for (rank, (&pixel, &is_foreground)) in order.pixels.iter().zip(&order.foreground).enumerate() {
        if let Some(place) = places.get_mut(pixel as usize) {
            let [r, g, b] = if rank < joined { lit } else { waiting }[usize::from(is_foreground)];
            *place = [r, g, b, 255];
        }
    }
    rgba
}

/// Name and number of the picture.
pub fn still(moments: &Moments, step: f64) -> Still {
    Still {
        name: text::JOINED.into(),
        text: text::joined(moments.joined(step), moments.order().len()),
        ..Still::default()
    }
}

/// Sentence on what happens at a step; `size` is the width and height of an image, in pixels.
pub fn sentence(moments: &Moments, step: f64, size: (usize, usize)) -> String {
    text::moment(moments, step, size)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::super::study::order;
    use super::*;
    use crate::field::Field;
    use crate::loss::lovasz::Lovasz;

    fn moments() -> Moments {
        let logits = array![[[[0.5f32, -3.0, 2.0, -1.0], [1.0, 1.0, -0.5, 4.0]]]];
        let labels = array![[[1u8, 0, 0, 1], [255, 1, 0, 1]]];
        let field = Field::new(logits.view(), labels.view(), Some(255)).unwrap();
        let loss = Lovasz { error: Error::Hinge, per_image: false, all_classes: true };
        Moments::new(order(&field, loss, 0), 7)
    }

    #[test]
    fn pixels_that_join_light_up_and_are_told_of() {
        let moments = moments();
        let lit = |step: f64| {
            let picture = picture(&moments, step, 8, Theme::Light);
            let colours: Vec<[u8; 4]> = picture.as_chunks::<4>().0.to_vec();
            assert_eq!(colours[4], [0; 4], "what is ignored is transparent");
            let [blue, orange] = [Theme::Light.foreground(), Theme::Light.background()];
            colours.iter().filter(|colour| colour[..3] == blue || colour[..3] == orange).count()
        };
        assert_eq!((lit(0.0), lit(20.0), lit(22.7), lit(99.0)), (0, 0, 2, 7));
        let said = |step| sentence(&moments, step, (4, 2));
        assert!(said(3.0).starts_with("7 of 7 pixels, from the order"), "{}", said(3.0));
        assert!(said(21.0).starts_with("Rank 1, a background pixel at x 2, y 0"), "{}", said(21.0));
        assert_eq!(still(&moments, 23.0).text, "3 of 7");
    }

    #[test]
    fn axes_stay_while_the_staircase_grows() {
        let moments = moments();
        let axes = |step: f64| {
            let plots = [row(&moments, step, Error::Hinge), staircase(&moments, step)];
            plots.map(|chart| match chart {
                Chart::Plot(plot) => (plot.x, plot.y),
                _ => panic!("a plot"),
            })
        };
        assert_eq!(axes(0.0), axes(27.0));
        let Chart::Plot(close) = close_up(&moments, 24.0) else { panic!("a plot") };
        assert_eq!(close.series.iter().map(|series| series.points.len()).sum::<usize>(), 4);
        let Chart::Plot(stairs) = staircase(&moments, 24.0) else { panic!("a plot") };
        assert_eq!(stairs.series[0].points.len(), 5);
    }
}
