//! The Lovász sort on the page: its charts, and its animation without a way to the worker and back for each frame.

use js_sys::Uint8ClampedArray;
use wasm_bindgen::prelude::*;

use super::charts::ChartView;
use super::{from_js, to_js};
use crate::instrument::lovasz::{self, moments};
use crate::paint::chart::{Chart, LovaszChart};
use crate::study::lovasz::moments::{Moments, SLIDE};

/// A Lovász sort, to be drawn and played.
#[wasm_bindgen]
#[derive(Debug)]
pub struct LovaszPlot {
    charts: [LovaszChart; 2],
    moments: Moments,
    error_name: String,
    size: (usize, usize),
}

#[wasm_bindgen]
impl LovaszPlot {
    /// From the sort that a `Reply` carries, of images so many pixels wide and high.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "LovaszOrder")] order: JsValue,
        value: f64,
        error_name: String,
        width: usize,
        height: usize,
    ) -> Result<Self, JsValue> {
        let mut order = super::order_from_js(&order)?;
        order.value = value;
        let charts = lovasz::sort(&order, &error_name);
        let moments = Moments::new(order, charts[0].shown());
        Ok(Self { charts, moments, error_name, size: (width, height) })
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
        moments::row(&self.moments, step, &self.error_name).into()
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

    /// What that picture is called.
    #[wasm_bindgen(js_name = stillAt, unchecked_return_type = "Still")]
    pub fn still_at(&self, step: f64) -> Result<JsValue, JsValue> {
        to_js(&moments::still(&self.moments, step))
    }

    /// What happens at a step, as a sentence.
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
