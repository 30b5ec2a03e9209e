//! The sort and the staircase at a moment: two charts, a picture and a sentence.

use super::super::Still;
use crate::paint::Theme;
use crate::paint::chart::{Axis, Chart, Ink, Mark, Plot, Series};
use crate::paint::colormap::ramp;
use crate::paint::number::{count, short};
use crate::study::lovasz::moments::{Bar, Moments, SLIDE};

/// Errors of the sample, on their way from the order of the image to their ranks.
pub fn row(moments: &Moments, step: f64, error_name: &str) -> Chart {
    let bars = moments.bars(step);
    let sliding = step < SLIDE as f64;
    let series = |name: &str, ink: Ink, of: &dyn Fn(&Bar) -> bool| {
        let mut points: Vec<[f64; 2]> =
            bars.iter().filter(|bar| of(bar)).map(|bar| [bar.place, bar.error]).collect();
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        Series::line(name, ink, points).drawn(Mark::Bars).wide(0.8)
    };
    let mut all = vec![
        series("foreground", Ink::Foreground, &|bar| bar.is_foreground && (sliding || bar.has_joined)),
        series("background", Ink::Background, &|bar| !bar.is_foreground && (sliding || bar.has_joined)),
    ];
    if !sliding {
        all.push(series("not joined yet", Ink::Muted, &|bar| !bar.has_joined));
    }
    let worst = moments.order().errors.first().map_or(0.0, |error| f64::from(*error));
    Chart::Plot(Plot::new(
        "Errors find their order",
        Axis::linear("place: at first as in the image, then by error", 0.0, moments.sampled() as f64 + 1.0),
        Axis::around(error_name, std::iter::once(worst)),
        all,
    ))
}

/// The Jaccard loss of the pixels that have joined.
pub fn staircase(moments: &Moments, step: f64) -> Chart {
    let joined = moments.joined(step);
    let line = Series::line("Jaccard loss", Ink::Strong, moments.staircase(step)).drawn(Mark::Step);
    let end = (moments.steps() - SLIDE).max(1) as f64;
    Chart::Plot(
        Plot::new(
            "Pixel by pixel, the Jaccard loss grows",
            Axis::linear("pixels that have joined, worst first", 0.0, end),
            Axis::linear("Jaccard loss of the pixels so far", 0.0, 1.0),
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
        format!("The latest {CLOSE} stairs, close up"),
        Axis::linear("pixels that have joined, worst first", end - CLOSE as f64, end),
        Axis::around(
            "growth of the Jaccard loss",
            std::iter::once((CLOSE as f64 * moments.highest()).min(1.0)),
        ),
        vec![series("foreground", Ink::Foreground, true), series("background", Ink::Background, false)],
    ))
}

/// Which pixels have joined, in the colours of their classes; the others stand back. RGBA of one image.
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

/// What the picture shows.
pub fn still(moments: &Moments, step: f64) -> Still {
    Still {
        name: "pixels that have joined".into(),
        text: format!("{} of {}", count(moments.joined(step)), count(moments.order().len())),
        colour: String::new(),
    }
}

/// What happens, as a sentence; an image is so many pixels wide and high.
pub fn sentence(moments: &Moments, step: f64, (width, height): (usize, usize)) -> String {
    let (joined, order) = (moments.joined(step), moments.order());
    let Some(rank) = joined.checked_sub(1) else {
        let sampled = format!("{} of {} pixels", count(moments.sampled()), count(order.len()));
        return if step < SLIDE as f64 {
            format!("{sampled}, from the order of the image to the order of their errors.")
        } else {
            format!(
                "{sampled} in the order of their errors. Now they join the mispredicted ones, worst first."
            )
        };
    };
    let pixel = order.pixels[rank] as usize;
    let (x, y) = (pixel % width.max(1), pixel / width.max(1) % height.max(1));
    let side = if order.foreground[rank] { "foreground" } else { "background" };
    format!(
        "Rank {}, a {side} pixel at x {x}, y {y}, joins and adds {} to the Jaccard loss: its weight. Times its error, {}, \
         that is {} of the loss; {} of {} are reached.",
        count(joined),
        short(f64::from(order.increments[rank])),
        short(f64::from(order.errors[rank])),
        short(moments.order().product(rank)),
        short(moments.loss(joined)),
        short(order.value),
    )
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::field::Field;
    use crate::loss::lovasz::{Error, Lovasz};
    use crate::study::lovasz::order;

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
            let plots = [row(&moments, step, "hinge error"), staircase(&moments, step)];
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
