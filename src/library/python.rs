//! Arguments of a call as Python source.

use super::{Arg, Args, Keyword, KeywordPlace, Library};
use crate::field::IGNORE;

/// Names of arguments that have to be whole numbers.
const WHOLE: [&str; 8] =
    ["ignore_index", "ignore_label", "ignore", "ignore_class", "axis", "classes", "iter_", "k"];
/// Arguments as Python source, in the library's order, without those that equal its defaults, and without those that
/// have another place than the signature.
pub(super) fn written(library: &Library, keywords: &[Keyword], args: &Args) -> String {
    said(library, keywords, args, KeywordPlace::Signature).join(", ")
}

/// Call of the object with logits and labels in Python, where it has more than these: an argument of its own, or a form
/// of either that is not plain. None for a plain call.
pub(super) fn applied(library: &Library, keywords: &[Keyword], args: &Args) -> Option<String> {
    let own = |name: &str| {
        let is_own = |keyword: &&Keyword| keyword.name == name && keyword.place == KeywordPlace::Own;
        match (keywords.iter().find(is_own)?, args.get(name)?) {
            (_, Arg::Text(text)) => Some(text.as_str()),
            _ => None,
        }
    };
    let more = said(library, keywords, args, KeywordPlace::Call);
    let mask = ["loss_mask", "sample_weight"].into_iter().find(|name| own(name) == Some("valid"));
    let more =
        more.into_iter().chain(mask.map(|name| format!("{name}=labels != {IGNORE}"))).collect::<Vec<_>>();
    let (activation, one_hot) = (own("activation"), own("target") == Some("one_hot"));
    if more.is_empty() && activation.is_none() && !one_hot {
        return None;
    }
    let logits = activation.map_or_else(|| "logits".to_owned(), |activation| format!("{activation}(logits)"));
    let labels = if one_hot { "one_hot(labels)" } else { "labels" }.to_owned();
    let both = if library.id == "keras" { [labels, logits] } else { [logits, labels] };
    Some(both.into_iter().chain(more).collect::<Vec<_>>().join(", "))
}

fn said(library: &Library, keywords: &[Keyword], args: &Args, place: KeywordPlace) -> Vec<String> {
    let said = keywords.iter().filter(|keyword| keyword.place == place).filter_map(|keyword| {
        let arg = args.get(keyword.name)?;
        let is_default = keyword.default.map(Arg::from).as_ref() == Some(arg);
        (!is_default).then(|| format!("{}={}", keyword.name, python(library, keyword.name, arg)))
    });
    said.collect()
}

fn python(library: &Library, name: &str, arg: &Arg) -> String {
    match arg {
        // A callable there.
        Arg::Text(activation) if name == "apply_nonlin" => match activation.as_str() {
            "softmax" => "softmax_helper_dim1".into(),
            other => format!("torch.{other}"),
        },
        Arg::Number(x) if WHOLE.contains(&name) => format!("{x:.0}"),
        Arg::List(items) if WHOLE.contains(&name) => {
            let items: Vec<_> = items.iter().map(|item| python(library, name, item)).collect();
            // Keras wants a tuple where its axes go.
            if name == "axis" { format!("({})", items.join(", ")) } else { format!("[{}]", items.join(", ")) }
        }
        // Weights of classes are tensors in PyTorch's own style, and lists are understood only by some.
        Arg::List(_) | Arg::Number(_)
            if ["pos_weight", "dist_matrix"].contains(&name) || name == "weight" && library.id != "keras" =>
        {
            format!("torch.tensor({arg})")
        }
        _ => arg.to_string(),
    }
}
