//! Arguments of a call as Python source.

use super::{Arg, Args, Keyword, Library};

/// Names of arguments that have to be whole numbers.
const WHOLE: [&str; 7] = ["ignore_index", "ignore", "ignore_class", "axis", "classes", "iter_", "k"];
/// Names of arguments that are Lossfield's own and not the library's.
const OURS: [&str; 1] = ["activation"];

/// Arguments as Python source, in the library's order, without those that equal its defaults.
pub(super) fn written(library: &Library, keywords: &[Keyword], args: &Args) -> String {
    let said = keywords.iter().filter_map(|keyword| {
        let arg = args.get(keyword.name)?;
        let is_default = keyword.default.map(Arg::from).as_ref() == Some(arg);
        (!is_default && !OURS.contains(&keyword.name))
            .then(|| format!("{}={}", keyword.name, python(library, keyword.name, arg)))
    });
    said.collect::<Vec<_>>().join(", ")
}

fn python(library: &Library, name: &str, arg: &Arg) -> String {
    match arg {
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
