//! The advisor: a shortlist of losses, with every reason and what this scene says of it.

mod chart;
mod experiment;
pub mod scene_facts;
pub mod study;
mod text;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Panel, Report, Title};
use crate::laboratory::{Experiment, Snapshot};
use crate::loss::config::Settings;
use scene_facts::SceneFacts;
use study::{AdviceScope, Advised, Answers, CANDIDATES, Evidence, Situation, Verdict, advise};

/// See the [module docs](self). Its state is the answers of the person.
#[derive(Debug)]
pub struct Advisor;

/// Question about what was measured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct AdviceQuestion {
    /// Evidence of the scene.
    pub measured: Evidence,
    /// Facts of each image of the set at hand; empty without one.
    #[serde(default)]
    pub set: Vec<SceneFacts>,
}

/// The losses that are advised, and those that are not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct AdviceReadout {
    /// Losses to try first, the best first.
    pub shortlist: Vec<Suggestion>,
    /// Losses rather not to try, the worst first.
    pub avoid: Vec<Suggestion>,
}

/// A loss with what speaks for and against it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Suggestion {
    /// Id of the loss.
    pub id: String,
    /// Its name, told from that of the same loss with other settings.
    pub name: String,
    /// Settings as a sentence; empty where all are as by default.
    pub told: String,
    /// Settings that differ from the defaults.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Setting>"))]
    pub settings: Settings,
    /// Sum of the points that count, as text.
    pub points: String,
    /// Reasons that apply.
    pub reasons: Vec<ReasonReadout>,
}

/// A reason, and what this scene says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ReasonReadout {
    /// Points that it gives or takes, as text with a sign.
    pub points: String,
    /// True if the points count.
    pub counted: bool,
    /// The reason as a sentence.
    pub why: String,
    /// Paper that it is from.
    pub source: String,
    /// Verdict of the scene; none where nothing was measured.
    pub verdict: Option<Verdict>,
    /// Verdict as sentences, with the numbers.
    pub found: Vec<String>,
}

impl Panel for Advisor {
    const ID: &'static str = "advisor";
    const TITLE: Title = text::TITLE;
    type State = Answers;

    fn experiment(_: &Answers, snapshot: Snapshot) -> Result<Option<Box<dyn Experiment>>, String> {
        Ok(Some(Box::new(experiment::AdviceExperiment::new(snapshot)?)))
    }

    /// The advice that goes with the answers, given what was measured: answers change without measuring again.
    fn ask(answers: &Answers, question: Value) -> Result<Report, String> {
        let AdviceQuestion { mut measured, set } = serde_json::from_value(question)
            .map_err(|error| format!("This is nothing that the advisor measured: {error}."))?;
        measured.set = match answers.scope {
            AdviceScope::Scene => None,
            AdviceScope::Set => SceneFacts::of_set(set),
        };
        Ok(advice(&measured, *answers))
    }
}

/// The advice for these answers.
fn advice(measured: &Evidence, answers: Answers) -> Report {
    let advice = advise(measured, answers);
    let situation = Situation::of(measured.advised());
    let suggestions =
        |all: &[Advised]| all.iter().map(|advised| suggestion(measured, advised)).collect::<Vec<_>>();
    let mut report = Report::default()
        .with_table("facts", text::facts(measured))
        .with_table("measured", text::measured(measured, &advice.shortlist))
        .with_texts("situation", text::situation(measured, &situation))
        .with_texts("remarks", text::remarks(measured, &advice.shortlist, &situation))
        .with_details(&AdviceReadout {
            shortlist: suggestions(&advice.shortlist),
            avoid: suggestions(&advice.avoid),
        });
    report.charts = chart::of_shortlist(measured, &advice.shortlist);
    report
}

fn suggestion(measured: &Evidence, advised: &Advised) -> Suggestion {
    let candidate = &CANDIDATES[advised.candidate];
    let reasons = advised.reasons.iter().map(|reason| ReasonReadout {
        points: text::signed(reason.rule.points),
        counted: reason.points() != 0,
        why: reason.rule.why.into(),
        source: reason.rule.source.into(),
        verdict: reason.verdict,
        found: text::found(measured, advised.candidate, reason),
    });
    Suggestion {
        id: candidate.id.into(),
        name: text::name(candidate, measured.task()),
        told: text::settings(candidate),
        settings: candidate.settings(),
        points: text::points(advised.points),
        reasons: reasons.collect(),
    }
}

#[cfg(test)]
mod tests;
