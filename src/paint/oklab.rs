//! `OKLab` (Björn Ottosson, 2020): a colour space in which equal distances look about equally different.

use super::Rgb;

/// Colour in `OKLab`: lightness 0 to 1, then the green–red and the blue–yellow axis.
pub(super) type Lab = [f64; 3];

/// Colour of a lightness, a chroma and a hue in degrees.
pub(super) fn from_polar(lightness: f64, chroma: f64, hue: f64) -> Lab {
    let (sin, cos) = hue.to_radians().sin_cos();
    [lightness, chroma * cos, chroma * sin]
}

/// Colour on the straight line from `a` (`t` = 0) to `b` (`t` = 1).
pub(super) fn mix(a: Lab, b: Lab, t: f64) -> Lab {
    std::array::from_fn(|i| a[i] + t * (b[i] - a[i]))
}

/// Euclidean distance of two colours: their perceived difference.
pub(super) fn distance(a: Lab, b: Lab) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// Linear light, 0 to 1, of one sRGB byte.
pub(super) fn linear_from_byte(byte: u8) -> f64 {
    let v = f64::from(byte) / 255.0;
    if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

/// sRGB byte of linear light; light that a byte cannot hold is clipped.
pub(super) fn byte_from_linear(light: f64) -> u8 {
    let v = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (v * 255.0).round() as u8
}

pub(super) fn from_rgb(rgb: Rgb) -> Lab {
    let [r, g, b] = rgb.map(linear_from_byte);
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

/// Linear light of red, green and blue; outside 0 to 1 for colours that no screen has.
pub(super) fn linear_from_lab([lightness, a, b]: Lab) -> [f64; 3] {
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ]
}

pub(super) fn to_rgb(lab: Lab) -> Rgb {
    linear_from_lab(lab).map(byte_from_linear)
}

/// Colour as seen with one of the two common forms of colour blindness (Viénot, Brettel and Mollon 1999, on
/// linear light): 0 without the long cones, 1 without the middle ones.
#[cfg(test)]
pub(super) fn seen_without(cone: usize, rgb: Rgb) -> Lab {
    let [r, g, b] = rgb.map(linear_from_byte);
    let seen = if cone == 0 {
        let y = 0.112_38 * r + 0.887_62 * g;
        [y, y, 0.004_01 * r - 0.004_01 * g + b]
    } else {
        let y = 0.292_75 * r + 0.707_25 * g;
        [y, y, -0.022_34 * r + 0.022_34 * g + b]
    };
    from_rgb(seen.map(byte_from_linear))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grey_and_the_corners_survive_the_round_trip() {
        for v in 0..=255 {
            assert_eq!(to_rgb(from_rgb([v; 3])), [v; 3]);
        }
        for corner in 0..8u8 {
            let rgb = std::array::from_fn(|i| if corner >> i & 1 == 1 { 255 } else { 0 });
            assert_eq!(to_rgb(from_rgb(rgb)), rgb);
        }
    }

    #[test]
    fn white_and_red_are_where_the_definition_puts_them() {
        let near = |a: Lab, b: Lab| assert!(distance(a, b) < 1e-3, "{a:?} is not {b:?}");
        near(from_rgb([255, 255, 255]), [1.0, 0.0, 0.0]);
        near(from_rgb([255, 0, 0]), [0.627_96, 0.224_86, 0.125_85]);
    }
}
