//! The Lovász sort on the page: the one panel with a class of its own here. Its animation draws three charts and a picture
//! sixty times a second from one sort of all pixels: a way to the worker and back for each frame, or a JSON copy of the
//! sort for each question to the panel, would be too slow for that.

use js_sys::{Float32Array, Reflect, Uint8Array, Uint8ClampedArray, Uint32Array};
use wasm_bindgen::prelude::*;

use super::charts::ChartView;
use super::refusal::Refusal;
use super::{from_js, to_js};
use crate::loss::lovasz::Error;
use crate::paint::chart::{Chart, LovaszChart};
use crate::panel::lovasz::study::Order;
use crate::panel::lovasz::study::moments::{Moments, SLIDE};
use crate::panel::lovasz::{LovaszError, moments, sort};

/// A Lovász sort, to be drawn and played.
#[wasm_bindgen]
#[derive(Debug)]
pub struct LovaszPlot {
    charts: [LovaszChart; 2],
    moments: Moments,
    error: Error,
    size: (usize, usize),
}

#[wasm_bindgen]
impl LovaszPlot {
    /// From the arrays of the panel's report, of images so many pixels wide and high.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Findings[\"arrays\"]")] arrays: JsValue,
        value: f64,
        #[wasm_bindgen(unchecked_param_type = "LovaszError")] error: JsValue,
        width: usize,
        height: usize,
    ) -> Result<Self, JsValue> {
        let order = Order { value, ..order_from_js(&arrays)? };
        let error = from_js::<LovaszError>(error)?.into();
        let charts = sort(&order, error);
        let moments = Moments::new(order, charts[0].shown());
        Ok(Self { charts, moments, error, size: (width, height) })
    }

    /// Errors and weights by rank.
    pub fn ranks(&self) -> ChartView {
        Chart::Lovasz(self.charts[0].clone()).into()
    }

    /// The loss as an area.
    pub fn area(&self) -> ChartView {
        Chart::Lovasz(self.charts[1].clone()).into()
    }

    /// The last step of the animation.
    #[wasm_bindgen(getter)]
    pub fn steps(&self) -> usize {
        self.moments.steps()
    }

    /// The step at which the errors are sorted and pixels begin to join, one with each step.
    #[wasm_bindgen(getter)]
    pub fn sorted(&self) -> usize {
        SLIDE
    }

    /// The errors of a sample at a step, which may lie between two.
    #[wasm_bindgen(js_name = rowAt)]
    pub fn row_at(&self, step: f64) -> ChartView {
        moments::row(&self.moments, step, self.error).into()
    }

    /// The staircase at a step.
    #[wasm_bindgen(js_name = staircaseAt)]
    pub fn staircase_at(&self, step: f64) -> ChartView {
        moments::staircase(&self.moments, step).into()
    }

    /// The latest stairs, close up.
    #[wasm_bindgen(js_name = closeUpAt)]
    pub fn close_up_at(&self, step: f64) -> ChartView {
        moments::close_up(&self.moments, step).into()
    }

    /// The pixels that have joined, as RGBA of one image.
    #[wasm_bindgen(js_name = pictureAt)]
    pub fn picture_at(
        &self,
        step: f64,
        #[wasm_bindgen(unchecked_param_type = "Theme")] theme: JsValue,
    ) -> Result<Uint8ClampedArray, JsValue> {
        let pixels = self.size.0 * self.size.1;
        let picture = moments::picture(&self.moments, step, pixels, from_js(theme)?);
        Ok(Uint8ClampedArray::from(picture.as_slice()))
    }

    /// Name and text of that picture.
    #[wasm_bindgen(js_name = stillAt, unchecked_return_type = "Still")]
    pub fn still_at(&self, step: f64) -> Result<JsValue, JsValue> {
        to_js(&moments::still(&self.moments, step))
    }

    /// Sentence on what happens at a step.
    #[wasm_bindgen(js_name = sentenceAt)]
    pub fn sentence_at(&self, step: f64) -> String {
        moments::sentence(&self.moments, step, self.size)
    }

    /// The Jaccard loss of the pixels that have joined, as text.
    #[wasm_bindgen(js_name = jaccardAt)]
    pub fn jaccard_at(&self, step: f64) -> String {
        crate::paint::number::short(self.moments.jaccard(self.moments.joined(step)))
    }
}

fn order_from_js(arrays: &JsValue) -> Result<Order, JsValue> {
    let list = |key: &str| {
        Reflect::get(arrays, &key.into()).map_err(|_| Refusal::new("A sort has lists by their names."))
    };
    Ok(Order {
        errors: Float32Array::new(&list("errors")?).to_vec(),
        increments: Float32Array::new(&list("increments")?).to_vec(),
        pixels: Uint32Array::new(&list("pixels")?).to_vec(),
        foreground: Uint8Array::new(&list("foreground")?).to_vec().iter().map(|&side| side != 0).collect(),
        value: 0.0,
    })
}
