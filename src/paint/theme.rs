//! Palettes of the light and the dark theme. Blue speaks for the foreground and orange for the background
//! everywhere: as classes, in charts, and in heatmaps, where a blue pixel is one that descent will raise.
//!
//! Class colours take the hues of Okabe and Ito (2008). Their lightness is chosen so that each keeps a
//! contrast of at least 3:1 to its ground, and so that colours which red-green colour blindness would merge
//! differ in lightness instead. There are few hues of that kind: from class 5 on colours are told apart less
//! well, and a picture of many classes wants its legend.

use serde::{Deserialize, Serialize};

use super::Rgb;

/// Theme of the page: light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Theme {
    /// Dark ink on white.
    #[default]
    Light,
    /// Light ink on near-black.
    Dark,
}

/// Number of classes with a colour of their own, the background included: as many as a scene may have.
pub const CLASS_COLOURS: usize = 32;

/// Number of colours for lines that are told apart in one chart.
pub const SLOTS: usize = 8;

impl Theme {
    /// Ground of charts and of the page's cards.
    pub const fn surface(self) -> Rgb {
        match self {
            Self::Light => [255, 255, 255],
            Self::Dark => [23, 26, 31],
        }
    }

    /// Colour of text that matters.
    pub const fn ink(self) -> Rgb {
        match self {
            Self::Light => [31, 35, 40],
            Self::Dark => [230, 232, 235],
        }
    }

    /// Colour of text and lines that stand back: tick labels, reference curves.
    pub const fn muted(self) -> Rgb {
        match self {
            Self::Light => [89, 99, 110],
            Self::Dark => [157, 167, 179],
        }
    }

    /// Colour of grid lines.
    pub const fn grid(self) -> Rgb {
        match self {
            Self::Light => [228, 231, 235],
            Self::Dark => [45, 50, 58],
        }
    }

    /// Colour of foreground pixels in charts: that of class 1.
    pub const fn foreground(self) -> Rgb {
        self.classes()[1]
    }

    /// Colour of background pixels in charts. Their colour as a class, [`classes`](Self::classes)`()[0]`,
    /// would not be seen as a line.
    pub const fn background(self) -> Rgb {
        match self {
            Self::Light => [189, 87, 0],
            Self::Dark => [240, 158, 80],
        }
    }

    /// Colours of classes 0 (background) to 31. Those after the first five are as far from each other and from these as 32
    /// colours that stand out from the surface can be.
    pub const fn classes(self) -> [Rgb; CLASS_COLOURS] {
        match self {
            Self::Light => [
                [241, 241, 239],
                [3, 122, 192],
                [51, 147, 119],
                [106, 47, 88],
                [107, 94, 0],
                [0, 0, 180],
                [90, 0, 252],
                [6, 48, 0],
                [234, 24, 252],
                [240, 84, 0],
                [60, 0, 84],
                [186, 24, 126],
                [252, 54, 114],
                [84, 30, 168],
                [186, 60, 72],
                [60, 42, 60],
                [222, 42, 174],
                [78, 66, 0],
                [30, 54, 126],
                [90, 120, 252],
                [12, 60, 210],
                [36, 114, 78],
                [90, 90, 132],
                [180, 84, 216],
                [144, 30, 48],
                [24, 0, 120],
                [132, 48, 168],
                [102, 0, 30],
                [210, 102, 150],
                [60, 150, 0],
                [150, 36, 252],
                [96, 78, 210],
            ],
            Self::Dark => [
                [36, 40, 46],
                [107, 165, 251],
                [150, 237, 199],
                [160, 91, 125],
                [205, 156, 31],
                [186, 30, 246],
                [162, 252, 0],
                [30, 144, 0],
                [252, 126, 168],
                [222, 18, 192],
                [252, 198, 252],
                [18, 102, 252],
                [240, 60, 0],
                [60, 174, 126],
                [156, 192, 108],
                [252, 240, 162],
                [168, 108, 246],
                [234, 0, 96],
                [102, 120, 78],
                [228, 240, 246],
                [120, 216, 0],
                [222, 126, 96],
                [252, 114, 252],
                [192, 198, 198],
                [252, 174, 156],
                [144, 132, 138],
                [120, 174, 180],
                [174, 138, 210],
                [210, 168, 222],
                [192, 228, 108],
                [36, 126, 204],
                [114, 108, 162],
            ],
        }
    }

    /// Colour of a class. Past the last one the foreground colours start again.
    pub const fn class(self, class: usize) -> Rgb {
        let colour = if class < CLASS_COLOURS { class } else { 1 + (class - 1) % (CLASS_COLOURS - 1) };
        self.classes()[colour]
    }

    /// Colour of a line among others of its kind, such as the losses of one chart. Past the last one they
    /// start again.
    pub const fn slot(self, slot: usize) -> Rgb {
        let slots: [Rgb; SLOTS] = match self {
            Self::Light => [
                [3, 122, 192],
                [189, 87, 0],
                [34, 124, 86],
                [176, 32, 88],
                [107, 94, 0],
                [94, 68, 176],
                [12, 122, 132],
                [124, 84, 60],
            ],
            Self::Dark => [
                [107, 165, 251],
                [240, 158, 80],
                [110, 214, 164],
                [244, 128, 170],
                [214, 190, 70],
                [178, 156, 250],
                [92, 208, 216],
                [210, 168, 136],
            ],
        };
        slots[slot % SLOTS]
    }

    /// Colours of the two greys that hatch ignored pixels.
    pub const fn hatch(self) -> [Rgb; 2] {
        match self {
            Self::Light => [[150, 150, 150], [206, 206, 206]],
            Self::Dark => [[118, 118, 118], [66, 66, 66]],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::oklab;
    use super::*;

    /// WCAG 2 contrast ratio of two colours, 1 to 21.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let luminance = |c: Rgb| {
            let [r, g, b] = c.map(oklab::linear_from_byte);
            0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
        };
        let (a, b) = (luminance(a), luminance(b));
        a.max(b) / a.min(b)
    }

    #[test]
    fn lines_stand_out_from_the_surface_and_text_more_so() {
        for theme in [Theme::Light, Theme::Dark] {
            for text in [theme.ink(), theme.muted(), theme.foreground(), theme.background()] {
                let ratio = contrast(text, theme.surface());
                assert!(ratio >= 4.5, "{theme:?} {text:?}: {ratio:.2}");
            }
            for class in &theme.classes()[1..] {
                for ground in [theme.surface(), theme.classes()[0]] {
                    let ratio = contrast(*class, ground);
                    assert!(ratio >= 3.0, "{theme:?} {class:?} on {ground:?}: {ratio:.2}");
                }
            }
        }
    }

    #[test]
    fn lines_of_a_kind_stand_out_from_the_surface() {
        for theme in [Theme::Light, Theme::Dark] {
            for slot in 0..SLOTS {
                let ratio = contrast(theme.slot(slot), theme.surface());
                assert!(ratio >= 4.5, "{theme:?} {slot}: {ratio:.2}");
            }
            assert_eq!(theme.slot(SLOTS), theme.slot(0));
        }
    }

    /// Number of classes whose colours nobody should confuse.
    const FEW: usize = 5;

    #[test]
    fn few_classes_stay_apart_for_the_colour_blind() {
        for theme in [Theme::Light, Theme::Dark] {
            let colours = [&theme.classes()[..FEW], &[theme.background()]].concat();
            for (i, &a) in colours.iter().enumerate() {
                for (j, &b) in colours.iter().enumerate().take(i) {
                    // The background series of the charts never meets the third and fourth class.
                    if i == FEW && j > 1 {
                        continue;
                    }
                    for cone in [0, 1] {
                        let apart =
                            oklab::distance(oklab::seen_without(cone, a), oklab::seen_without(cone, b));
                        assert!(apart > 0.14, "{theme:?} {i} and {j}, cone {cone}: {apart:.3}");
                    }
                }
            }
        }
    }

    /// 32 colours cannot be as far apart as five; the differences are those that a search found possible.
    #[test]
    fn many_classes_differ_for_everyone() {
        for theme in [Theme::Light, Theme::Dark] {
            let colours = theme.classes();
            for (i, &a) in colours.iter().enumerate() {
                for (j, &b) in colours.iter().enumerate().take(i) {
                    let apart = oklab::distance(oklab::from_rgb(a), oklab::from_rgb(b));
                    assert!(apart > 0.09, "{theme:?} {i} and {j}: {apart:.3}");
                    for cone in [0, 1] {
                        let apart =
                            oklab::distance(oklab::seen_without(cone, a), oklab::seen_without(cone, b));
                        assert!(apart > 0.055, "{theme:?} {i} and {j}, cone {cone}: {apart:.3}");
                    }
                }
            }
        }
    }

    #[test]
    fn classes_beyond_the_palette_wrap_without_becoming_background() {
        for class in 1..300 {
            assert_ne!(Theme::Light.class(class), Theme::Light.class(0));
        }
        assert_eq!(Theme::Light.class(32), Theme::Light.class(1));
    }

    #[test]
    fn themes_are_written_in_lower_case() {
        assert_eq!(serde_json::from_str::<Theme>("\"dark\"").unwrap(), Theme::Dark);
        assert_eq!(serde_json::from_str::<Theme>("\"light\"").unwrap(), Theme::Light);
        assert!(serde_json::from_str::<Theme>("\"Dark\"").is_err());
    }
}
