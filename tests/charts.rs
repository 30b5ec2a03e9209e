//! Charts as SVG, held to stored pictures. Review a change with `cargo insta review`, or look at the
//! files that `CHARTS_DIR=some/folder cargo test --test charts` leaves there.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::redundant_closure,
    reason = "a chart function is generic over one backend, a closure is good for every lifetime of one"
)]

use lossfield::laboratory::Laboratory;
use lossfield::loss::lovasz::Error;
use lossfield::paint::Theme;
use lossfield::paint::chart::{
    Axis, Chart, ChartStyle, Ink, LovaszChart, LovaszLook, Mark, Plot, Series, draw_lovasz,
};
use lossfield::panel::lovasz::study::Order;
use lossfield::panel::lovasz::study::moments::Moments;
use lossfield::panel::lovasz::{moments, sort};
use lossfield::panel::{self, Array, PANELS, Report};
use lossfield::session::Session;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use serde_json::{Value, json};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

const WIDE: (u32, u32) = (720, 420);
const SMALL: (u32, u32) = (360, 260);
const STYLE: ChartStyle = ChartStyle { theme: Theme::Light, scale: 1.0 };

fn svg<T>(
    draw: impl Fn(&Area<'_>, &T, &ChartStyle) -> Drawn,
    chart: &T,
    size: (u32, u32),
    style: ChartStyle,
) -> String {
    let mut out = String::new();
    {
        let root = SVGBackend::with_string(&mut out, size).into_drawing_area();
        draw(&root, chart, &style).expect("a string takes any chart");
        root.present().expect("a string takes any chart");
    }
    out
}

/// Draws a chart in both themes and sizes. Kept are the small dark one and a light one of `size`.
fn check<T>(name: &str, size: (u32, u32), draw: impl Fn(&Area<'_>, &T, &ChartStyle) -> Drawn, chart: &T) {
    for (theme, look) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        for (drawn, shape) in [(WIDE, "wide"), (SMALL, "small")] {
            let svg = svg(&draw, chart, drawn, ChartStyle { theme, scale: 1.0 });
            if let Some(dir) = std::env::var_os("CHARTS_DIR") {
                let path = std::path::Path::new(&dir).join(format!("{name}-{look}-{shape}.svg"));
                std::fs::write(path, &svg).expect("CHARTS_DIR is a folder that can be written");
            }
            if drawn == (if theme == Theme::Light { size } else { SMALL }) {
                insta::assert_snapshot!(format!("{name}-{look}-{shape}"), svg);
            }
        }
    }
}

/// `n` pixels, every fifth of them foreground, and the Jaccard increments of that order.
fn sorted(n: usize, error: impl Fn(f32) -> f32, name: &str) -> LovaszChart {
    let foreground: Vec<bool> = (0..n).map(|rank| rank * 7 % 5 == 0).collect();
    let total = foreground.iter().filter(|f| **f).count() as f64;
    let (mut kept, mut union, mut before) = (total, total, 0.0);
    let mut increments = Vec::new();
    for &is_foreground in &foreground {
        if is_foreground {
            kept -= 1.0;
        } else {
            union += 1.0;
        }
        let jaccard = 1.0 - kept / union;
        increments.push((jaccard - before) as f32);
        before = jaccard;
    }
    let errors: Vec<f32> = (0..n).map(|rank| error(rank as f32 / n as f32)).collect();
    let parts = errors.iter().zip(&increments).map(|(e, i)| f64::from(e.max(0.0)) * f64::from(*i));
    LovaszChart {
        value: parts.sum(),
        errors,
        increments,
        foreground,
        error_name: name.to_owned(),
        ..LovaszChart::default()
    }
}

fn area(chart: LovaszChart) -> LovaszChart {
    LovaszChart { look: LovaszLook::Area, ..chart }
}

fn hinge_of_few() -> LovaszChart {
    sorted(48, |t| 2.6 - 4.0 * t.sqrt(), "hinge error")
}

fn softmax_of_many() -> LovaszChart {
    sorted(65_536, |t| (-9.0 * t).exp(), "|y − p|")
}

/// The charts of a panel on a small scene, as they are exported. Kept is one of each kind.
fn exported<'c>(id: &str, charts: impl IntoIterator<Item = &'c Chart>, kept: &str) {
    let charts: Vec<&Chart> = charts.into_iter().collect();
    assert!(!charts.is_empty(), "{id}");
    for chart in &charts {
        let name: String =
            chart.title().to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        for (theme, look) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            let svg = chart.svg(theme, WIDE);
            if let Some(dir) = std::env::var_os("CHARTS_DIR") {
                let path = std::path::Path::new(&dir).join(format!("{id}-{name}-{look}.svg"));
                std::fs::write(path, &svg).expect("CHARTS_DIR is a folder that can be written");
            }
            if theme == Theme::Light && chart.title() == kept {
                insta::assert_snapshot!(format!("{id}-{name}"), svg);
            }
        }
        let table = chart.table();
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{id} {name}");
    }
    assert!(charts.iter().any(|chart| chart.title() == kept), "{id} has no chart {kept:?}");
}

fn lesion() -> Session {
    let mut session = Session::default();
    let open = r#"{"commands": [{"kind": "openPreset", "id": "tiny-lesion", "side": 64}]}"#;
    session.apply(serde_json::from_str(open).expect("an edit"));
    session
}

/// The report of a panel that is open in a session.
fn shown(session: &mut Session, id: &str, state: Value) -> Report {
    let commands = json!([
        { "kind": "setPanel", "panel": id },
        { "kind": "setPanelState", "id": id, "state": state },
    ]);
    let edit = serde_json::from_value(json!({ "commands": commands })).expect("an edit");
    session.apply(edit).panel.expect("the panel is open")
}

fn report(id: &str, state: Value) -> Report {
    shown(&mut lesion(), id, state)
}

/// The experiment of a panel, before its first step. The losses are those that have a card at first, or these.
fn experiment(id: &str, state: Value, cards: Option<&[&str]>) -> Laboratory {
    let mut snapshot = lesion().snapshot();
    if let Some(cards) = cards {
        snapshot.header.cards = cards.iter().map(|card| (*card).to_owned()).collect();
    }
    let panel = panel::find(id).expect("a panel");
    panel.experiment(&state, snapshot).expect("it can be measured")
}

fn found(id: &str, state: Value) -> Report {
    let mut laboratory = experiment(id, state, None);
    while laboratory.done() < laboratory.total() {
        laboratory.advance().expect("it can be measured");
    }
    laboratory.report(None)
}

/// Every chart of every panel as it opens is drawn, and has a table.
#[test]
fn every_panel_opens_with_charts_that_can_be_drawn() {
    for panel in PANELS {
        let report = report(panel.id(), Value::Null);
        assert_eq!(report.panel, panel.id());
        for (name, chart) in &report.charts {
            assert!(!chart.title().is_empty(), "{} {name}", panel.id());
            assert!(chart.svg(Theme::Dark, WIDE).contains("</svg>"), "{} {name}", panel.id());
            let table = chart.table();
            assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{} {name}", panel.id());
        }
        for (name, table) in &report.tables {
            assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{} {name}", panel.id());
        }
    }
}

#[test]
fn focal_laboratory() {
    let report = report("focal", Value::Null);
    for kept in [
        "Loss by the probability of the true class",
        "Gradient by the probability of the true class",
        "Who is heard: easy and hard pixels of either side",
        "How the loss of the background piles up over its pixels",
    ] {
        exported("focal", report.charts.values(), kept);
    }
}

#[test]
fn a_batch() {
    let mut session = Session::default();
    let open = r#"{"commands": [{"kind": "openBatch", "id": "large-tiny-none", "side": 64}]}"#;
    session.apply(serde_json::from_str(open).expect("an edit"));
    let report = shown(&mut session, "batch", json!({ "loss": "dice" }));
    exported("batch", report.charts.values(), "Per image and per batch");
    exported("batch", report.charts.values(), "Who gets the gradient of Dice");
}

/// Two losses, thirty steps of free logits from even odds.
#[test]
fn a_descent() {
    let rules = json!({
        "model": "free", "start": "even", "method": "gradient", "rate": 0.5, "equalNorm": true, "seed": 1
    });
    let state = json!({ "rules": rules });
    let mut laboratory = experiment("descent", state, Some(&["cross_entropy", "dice"]));
    for _ in 0..30 {
        laboratory.advance().expect("it can be raced");
    }
    let report = laboratory.report(Some(20));
    exported("descent", report.charts.values(), "IoU by step");
    exported("descent", report.charts.values(), "The loss that is followed");
}

#[test]
fn gradients_metrics_imbalance_and_the_advisor() {
    let gradients = report("gradients", json!({ "loss": "dice_cross_entropy" }));
    exported("gradients", gradients.charts.values(), "The gradient of the compound, stacked by term");
    exported(
        "vanishing",
        found("gradients", Value::Null).charts.values(),
        "Gradient left on the foreground, the more confidently it is wrong",
    );
    exported("metrics", report("metrics", Value::Null).charts.values(), "Metrics by threshold");
    let sweep = found("imbalance", json!({ "knob": "fraction" }));
    exported("imbalance", sweep.charts.values(), "Who holds the gradient");
    let param = |id: &str| json!({ "kind": "param", "id": id });
    let surface = json!({ "surface": true, "loss": "focal", "x": param("gamma"), "y": param("alpha") });
    exported("imbalance", found("imbalance", surface).charts.values(), "Focal: who holds the gradient");
    let evidence = found("advisor", Value::Null).details;
    let advisor = panel::find("advisor").expect("a panel");
    let advice = advisor
        .ask(&json!({ "calibrated": true }), json!({ "measured": evidence }))
        .expect("what was measured");
    exported("advisor", advice.charts.values(), "What speaks for each, and what against");
}

/// The parts of the Lovász panel, and its animation.
#[test]
fn lovasz_step_by_step() {
    let part = |part: &str, more: Value| {
        let mut state = json!({ "error": "hinge", "channel": 0, "part": part });
        state.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        report("lovasz", state).charts
    };
    let none = || json!({});
    exported("lovasz", part("weights", none()).values(), "How many pixels hold how much");
    let kink = part("kink", json!({ "moved": 1.5 }));
    exported("lovasz", kink.values(), "The loss as this pixel's error moves");
    exported("lovasz", kink.values(), "Its slope: the weight of the rank that the pixel has");
    let truth = "Pixel 1 foreground, pixel 2 background";
    exported("lovasz-above", part("twoPixels", none()).values(), truth);
    exported("lovasz-turned", part("twoPixels", json!({ "turned": true, "turn": 35 })).values(), truth);
    exported("lovasz", part("three", none()).values(), "Three errors: the area under each is its loss");
    exported("lovasz", part("images", none()).values(), "Errors of each, and of all as one");

    let order = sorted_by(report("lovasz", json!({ "part": "moments" })));
    let charts = sort(&order, Error::Hinge);
    let moments = Moments::new(order, charts[0].shown());
    let [ranks, area] = charts.map(|chart| [Chart::Lovasz(chart)]);
    exported("lovasz-page", &ranks, ranks[0].title());
    exported("lovasz-page", &area, area[0].title());
    let (head, all) = area[0].table_head(200);
    assert_eq!((head.rows.len(), all), (200, 64 * 64), "the page shows the first rows of all");
    assert_eq!(head.rows[..], area[0].table().rows[..200]);
    let row = |step| moments::row(&moments, step, Error::Hinge);
    exported("lovasz-sliding", &[row(8.0)], "Errors find their order");
    exported("lovasz-joining", &[row(50.0)], "Errors find their order");
    exported("lovasz", &[moments::close_up(&moments, 50.0)], "The latest 24 stairs, close up");
    exported("lovasz", &[moments::staircase(&moments, 50.0)], "Pixel by pixel, the Jaccard loss grows");
}

/// The sort of a report.
fn sorted_by(mut report: Report) -> Order {
    let mut take = |name: &str| report.arrays.remove(name).expect("the sort");
    let (errors, increments) = match (take("errors"), take("increments")) {
        (Array::Floats(errors), Array::Floats(increments)) => (errors, increments),
        other => panic!("errors and weights are numbers: {other:?}"),
    };
    let (pixels, sides) = match (take("pixels"), take("foreground")) {
        (Array::Whole(pixels), Array::Bytes(sides)) => (pixels, sides),
        other => panic!("pixels are indices and sides are bytes: {other:?}"),
    };
    let value = report.details["value"].as_f64().expect("the loss");
    Order { errors, increments, pixels, foreground: sides.iter().map(|&side| side == 1).collect(), value }
}

#[test]
fn lovasz_ranks() {
    check("lovasz-ranks-few", WIDE, |r, c, s| draw_lovasz(r, c, s, Some(11)), &hinge_of_few());
    check("lovasz-ranks-many", SMALL, |r, c, s| draw_lovasz(r, c, s, Some(3000)), &softmax_of_many());
}

#[test]
fn lovasz_area() {
    check("lovasz-area-few", WIDE, |r, c, s| draw_lovasz(r, c, s, Some(11)), &area(hinge_of_few()));
    check("lovasz-area-many", SMALL, |r, c, s| draw_lovasz(r, c, s, Some(3000)), &area(softmax_of_many()));
}

/// The height of the box of an SVG that covers the middle of each column of pixels, in `fill`s given.
fn filled_area(svg: &str, fills: impl Fn(&str) -> bool) -> f64 {
    let attribute = |line: &str, name: &str| -> Option<String> {
        let from = line.find(&format!(" {name}=\""))? + name.len() + 3;
        Some(line[from..].split('"').next()?.to_owned())
    };
    let number = |line: &str, name: &str| attribute(line, name)?.parse::<f64>().ok();
    svg.lines()
        .filter(|line| line.starts_with("<rect") && attribute(line, "fill").is_some_and(|f| fills(&f)))
        .filter_map(|line| Some(number(line, "width")? * number(line, "height")?))
        .sum()
}

#[test]
fn the_drawn_area_is_the_loss() {
    for chart in [hinge_of_few(), softmax_of_many()] {
        let svg = svg(|r, c, s| draw_lovasz(r, c, s, None), &area(chart.clone()), (1440, 840), STYLE);
        // Everything that is neither surface, grid, ink nor muted is the staircase; of the key there
        // are two squares.
        let calm = ["#FFFFFF", "#E4E7EB", "#1F2328", "#59636E"];
        let drawn = filled_area(&svg, |fill| !calm.contains(&fill)) - 2.0 * 10.0 * 10.0;
        let end = if chart.errors[0] > 1.0 { 3.0 } else { 1.0 };
        let plot = f64::from(1440 - 44 - 24) * f64::from(840 - 30 - 48);
        let area = drawn / plot * end;
        assert!((area - chart.value).abs() < 0.01 * end, "{area} is not {}", chart.value);
    }
}

#[test]
fn many_ranks_are_drawn_by_columns() {
    let svg = svg(|r, c, s| draw_lovasz(r, c, s, None), &softmax_of_many(), SMALL, STYLE);
    let boxes = svg.matches("<rect").count();
    assert!(boxes < 2 * SMALL.0 as usize + 50, "{boxes} boxes for {} columns of pixels", SMALL.0);
}

#[test]
fn a_chart_of_twice_the_scale_is_the_same_chart() {
    let report = report("focal", Value::Null);
    let texts = |chart: &Chart, scale: f64, size: (u32, u32)| -> Vec<String> {
        let draw = |r: &Area<'_>, c: &Chart, s: &ChartStyle| c.draw(r, s, Some([0.6, f64::NAN]));
        let svg = svg(draw, chart, size, ChartStyle { scale, ..STYLE });
        svg.lines().filter(|line| !line.starts_with('<')).map(str::to_owned).collect()
    };
    for chart in report.charts.values() {
        assert_eq!(texts(chart, 1.0, WIDE), texts(chart, 2.0, (2 * WIDE.0, 2 * WIDE.1)), "{}", chart.title());
    }
}

#[test]
fn nothing_and_nonsense_are_drawn_without_panic() {
    let nan = LovaszChart {
        errors: vec![f32::NAN, f32::INFINITY, -1.0, f32::MAX],
        increments: vec![f32::NAN, 2.0, -1.0, f32::INFINITY],
        foreground: vec![true; 3],
        value: f64::NAN,
        ..LovaszChart::default()
    };
    let points = || vec![[f64::NAN, 1.0], [0.5, f64::INFINITY], [-3.0, -1.0], [0.2, 0.1]];
    let marks = [Mark::Line, Mark::Step, Mark::Dots, Mark::Bars, Mark::Stacked];
    let series =
        marks.map(|mark| Series::line("a", Ink::Strong, points()).drawn(mark).tagged(f64::NAN).wide(1e9));
    let odd = Chart::Plot(
        Plot::new("", Axis::linear("", 0.0, 1.0), Axis::log("", 0.1, 1.0), series.into())
            .with_right(Axis::linear("", 1.0, 1.0))
            .ruled(f64::INFINITY, "a"),
    );
    let named =
        Chart::Plot(Plot::new("", Axis::named("", vec![]), Axis::named("", vec!["a".into()]), vec![]));
    for size in [(0, 0), (1, 1), (120, 120), WIDE] {
        for scale in [0.0, 1.0, 3.0, f64::NAN] {
            let style = ChartStyle { scale, ..STYLE };
            for chart in [LovaszChart::default(), nan.clone(), hinge_of_few()] {
                let area = area(chart.clone());
                for rank in [None, Some(1), Some(999)] {
                    svg(|r, c, s| draw_lovasz(r, c, s, rank), &chart, size, style);
                    svg(|r, c, s| draw_lovasz(r, c, s, rank), &area, size, style);
                }
            }
            for chart in [&odd, &named] {
                let draw = |r: &Area<'_>, c: &Chart, s: &ChartStyle| c.draw(r, s, Some([f64::NAN; 2]));
                svg(draw, chart, size, style);
            }
        }
    }
}
