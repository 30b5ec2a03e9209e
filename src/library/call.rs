//! Calls to a library, read against the signature that the function declares.

use std::collections::BTreeMap;
use std::fmt;

use super::Unmapped;
use crate::field::Task;

/// Value of an argument, as in Python. A whole number is a number like any other.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// A number.
    Number(f64),
    /// `True` or `False`.
    Flag(bool),
    /// A string.
    Text(String),
    /// List, tuple or tensor.
    List(Vec<Self>),
    /// Dictionary with strings for keys.
    Dict(Args),
    /// `None`.
    Nothing,
}

/// Keyword arguments by name.
pub type Args = BTreeMap<String, Arg>;

impl From<f64> for Arg {
    fn from(x: f64) -> Self {
        Self::Number(x)
    }
}

impl From<bool> for Arg {
    fn from(on: bool) -> Self {
        Self::Flag(on)
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Literal> for Arg {
    fn from(literal: Literal) -> Self {
        match literal {
            Literal::Number(x) => Self::Number(x),
            Literal::Flag(on) => Self::Flag(on),
            Literal::Text(text) => text.into(),
            Literal::Nothing => Self::Nothing,
        }
    }
}

/// Python source of the value.
impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Debug keeps the point of a whole number, and the exponent of a small one.
            Self::Number(x) => write!(f, "{x:?}"),
            Self::Flag(true) => f.write_str("True"),
            Self::Flag(false) => f.write_str("False"),
            Self::Text(text) => write!(f, "'{text}'"),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Dict(items) => {
                let items: Vec<_> = items.iter().map(|(key, value)| format!("'{key}': {value}")).collect();
                write!(f, "{{{}}}", items.join(", "))
            }
            Self::Nothing => f.write_str("None"),
        }
    }
}

/// Default value, as a signature declares it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Literal {
    /// A number.
    Number(f64),
    /// `True` or `False`.
    Flag(bool),
    /// A string.
    Text(&'static str),
    /// `None`.
    Nothing,
}

/// Keyword argument of a signature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Keyword {
    /// Name of the argument.
    pub name: &'static str,
    /// Default value; none for an argument that has to be given.
    pub default: Option<Literal>,
    /// True if the default is the only value that Lossfield reproduces.
    pub fixed: bool,
    /// Place of the argument in Python.
    pub place: KeywordPlace,
}

/// Place of an argument in Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeywordPlace {
    /// In the signature of the function or class.
    Signature,
    /// In the call of the object, behind logits and labels.
    Call,
    /// Nowhere: a word of Lossfield's own for the form in which logits or labels are passed.
    Own,
}

impl Keyword {
    /// Argument that has to be given.
    pub const fn required(name: &'static str) -> Self {
        Self { name, default: None, fixed: false, place: KeywordPlace::Signature }
    }

    /// Argument with a default.
    pub const fn new(name: &'static str, default: Literal) -> Self {
        Self { name, default: Some(default), fixed: false, place: KeywordPlace::Signature }
    }

    /// Argument with a default that is the only value Lossfield reproduces.
    pub const fn fixed(name: &'static str, default: Literal) -> Self {
        Self { name, default: Some(default), fixed: true, place: KeywordPlace::Signature }
    }

    /// Argument in another place than the signature.
    #[must_use]
    pub const fn at(self, place: KeywordPlace) -> Self {
        Self { place, ..self }
    }
}

/// Argument that may be one number for all classes, or a list of them.
#[derive(Debug, Clone, PartialEq)]
pub enum NumberOrList {
    /// `None`.
    Nothing,
    /// One number.
    Number(f64),
    /// A list of numbers.
    List(Vec<f64>),
}

/// Call of a function, with its defaults filled in. A translation takes the arguments out one by one; an
/// argument that stays in is one which the translation does not know.
#[derive(Debug)]
pub struct Call<'a> {
    function: String,
    task: Task,
    keywords: &'a [Keyword],
    args: BTreeMap<&'static str, Arg>,
}

impl<'a> Call<'a> {
    /// Call with the arguments `given` and the defaults of the others. Error for an argument that the
    /// signature does not have, for a missing one without a default, and for a fixed one with another value.
    pub(super) fn read(
        function: String,
        keywords: &'a [Keyword],
        given: &Args,
        task: Task,
    ) -> Result<Self, Unmapped> {
        if let Some((name, arg)) =
            given.iter().find(|(name, _)| keywords.iter().all(|keyword| keyword.name != *name))
        {
            let known: Vec<_> = keywords.iter().map(|keyword| keyword.name).collect();
            let known = known.join(", ");
            return Err(Unmapped(format!(
                "{function} has no argument {name} (given as {arg}); it has {known}"
            )));
        }
        let mut call = Self { function, task, keywords, args: BTreeMap::new() };
        for keyword in keywords {
            let default = keyword.default.map(Arg::from);
            let arg = match (given.get(keyword.name), default) {
                (Some(arg), Some(default)) if keyword.fixed && *arg != default => {
                    return Err(call.refuse(keyword.name, arg, &default.to_string()));
                }
                (Some(arg), _) => arg.clone(),
                (None, Some(default)) => default,
                (None, None) => {
                    return Err(Unmapped(format!("{} needs the argument {}", call.function, keyword.name)));
                }
            };
            if !keyword.fixed {
                call.args.insert(keyword.name, arg);
            }
        }
        Ok(call)
    }

    /// Task of the field that the call is for.
    pub fn task(&self) -> Task {
        self.task
    }

    /// Takes an argument out.
    pub fn take(&mut self, name: &str) -> Arg {
        debug_assert!(
            self.keywords.iter().any(|keyword| keyword.name == name && !keyword.fixed),
            "{} takes {name}, which its signature does not offer",
            self.function
        );
        self.args.remove(name).unwrap_or(Arg::Nothing)
    }

    /// Argument that stays in the call.
    pub(super) fn peek(&self, name: &str) -> Arg {
        self.args.get(name).cloned().unwrap_or(Arg::Nothing)
    }

    /// Puts an argument back that was taken out, for another loss of a sum.
    pub(super) fn put(&mut self, name: &'static str, arg: Arg) {
        self.args.insert(name, arg);
    }

    /// Takes a number out. Error for another type.
    pub fn number(&mut self, name: &str) -> Result<f64, Unmapped> {
        match self.take(name) {
            Arg::Number(x) => Ok(x),
            other => Err(self.refuse(name, &other, "a number")),
        }
    }

    /// Takes a number or `None` out. Error for another type.
    pub fn optional_number(&mut self, name: &str) -> Result<Option<f64>, Unmapped> {
        match self.take(name) {
            Arg::Number(x) => Ok(Some(x)),
            Arg::Nothing => Ok(None),
            other => Err(self.refuse(name, &other, "a number or None")),
        }
    }

    /// Takes a list of numbers or `None` out. Error for another type.
    pub fn optional_numbers(&mut self, name: &str) -> Result<Option<Vec<f64>>, Unmapped> {
        let arg = self.take(name);
        let numbers = match &arg {
            Arg::Nothing => return Ok(None),
            Arg::List(items) => items
                .iter()
                .map(|item| if let Arg::Number(x) = item { Some(*x) } else { None })
                .collect::<Option<Vec<_>>>(),
            _ => None,
        };
        numbers.map(Some).ok_or_else(|| self.refuse(name, &arg, "a list of numbers or None"))
    }

    /// Takes a number, a list of numbers or `None` out. A list of one is a list. Error for another type.
    pub fn number_or_list(&mut self, name: &str) -> Result<NumberOrList, Unmapped> {
        let arg = self.take(name);
        match &arg {
            Arg::Nothing => return Ok(NumberOrList::Nothing),
            Arg::Number(x) => return Ok(NumberOrList::Number(*x)),
            Arg::List(_) => {}
            _ => return Err(self.refuse(name, &arg, "a number, a list of numbers or None")),
        }
        self.put_back(name, arg);
        Ok(self.optional_numbers(name)?.map_or(NumberOrList::Nothing, NumberOrList::List))
    }

    /// Takes the weight of the one channel of a binary task out: a number, or a list of one. Error for anything else.
    pub fn one_weight(&mut self, name: &str) -> Result<Option<f64>, Unmapped> {
        match self.number_or_list(name)? {
            NumberOrList::Nothing => Ok(None),
            NumberOrList::Number(x) => Ok(Some(x)),
            NumberOrList::List(xs) if xs.len() == 1 => Ok(Some(xs[0])),
            NumberOrList::List(xs) => {
                let found = Arg::List(xs.into_iter().map(Arg::from).collect());
                Err(self.refuse(name, &found, "one number or None"))
            }
        }
    }

    fn put_back(&mut self, name: &str, arg: Arg) {
        if let Some(keyword) = self.keywords.iter().find(|keyword| keyword.name == name) {
            self.args.insert(keyword.name, arg);
        }
    }

    /// Takes `True` or `False` out. Error for another type.
    pub fn flag(&mut self, name: &str) -> Result<bool, Unmapped> {
        match self.take(name) {
            Arg::Flag(on) => Ok(on),
            other => Err(self.refuse(name, &other, "True or False")),
        }
    }

    /// Takes a string out. Error if it is not the one expected.
    pub fn exactly(&mut self, name: &str, expected: &str) -> Result<(), Unmapped> {
        match self.take(name) {
            Arg::Text(text) if text == expected => Ok(()),
            other => Err(self.refuse(name, &other, &format!("'{expected}'"))),
        }
    }

    /// Takes the ignored label out; none if there is none. A whole number outside 0 to 255 ignores nothing,
    /// because no pixel has it: that is what PyTorch's default of −100 is for. Error for a value that is not
    /// a whole number or `None`.
    pub fn ignore(&mut self, name: &str) -> Result<Option<u8>, Unmapped> {
        match self.take(name) {
            Arg::Nothing => Ok(None),
            Arg::Number(x) if x.fract() == 0.0 => {
                Ok((0.0..=f64::from(u8::MAX)).contains(&x).then_some(x as u8))
            }
            other => Err(self.refuse(name, &other, "a whole number or None")),
        }
    }

    /// Checks the task of the call. Error for the other one, with `instead` as advice.
    pub fn only_for(&self, task: Task, instead: &str) -> Result<(), Unmapped> {
        if self.task == task {
            return Ok(());
        }
        let kind = match task {
            Task::Binary => "a binary task (one logit channel)",
            Task::Multiclass => "a multi-class task (two or more logit channels)",
        };
        Err(Unmapped(format!("{} is for {kind}; {instead}", self.function)))
    }

    /// Refusal of an argument that cannot be reproduced, as a sentence.
    pub fn refuse(&self, name: &str, found: &Arg, expected: &str) -> Unmapped {
        Unmapped(format!("{}({name}={found}) is not supported; expected {expected}", self.function))
    }

    /// Refusal of a whole call that cannot be reproduced, as a sentence.
    pub(super) fn refuse_whole(&self, why: &str) -> Unmapped {
        Unmapped(format!("{} is not supported: {why}", self.function))
    }

    /// Checks that the translation took out every argument. Error naming the first that it did not.
    pub(super) fn finish(&self) -> Result<(), Unmapped> {
        match self.args.first_key_value() {
            None => Ok(()),
            Some((name, arg)) => Err(Unmapped(format!(
                "{}({name}={arg}) is declared but not translated; report this as a fault of Lossfield",
                self.function
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &[Keyword] =
        &[Keyword::new("smooth", Literal::Number(1e-5)), Keyword::fixed("reduction", Literal::Text("mean"))];

    #[test]
    fn arguments_are_written_as_python_does() {
        let list = Arg::List(vec![1.0.into(), 1e-7.into(), true.into(), "mean".into(), Arg::Nothing]);
        assert_eq!(list.to_string(), "[1.0, 1e-7, True, 'mean', None]");
    }

    #[test]
    fn an_argument_that_is_not_translated_is_a_fault() {
        let mut call = Call::read("f".into(), SIGNATURE, &Args::new(), Task::Binary).unwrap();
        assert!(
            call.finish().unwrap_err().to_string().contains("f(smooth=1e-5) is declared but not translated")
        );
        assert_eq!(call.number("smooth"), Ok(1e-5));
        assert_eq!(call.finish(), Ok(()), "what is fixed needs no translation");
    }
}
