//! What was taken for what, as a table whose cells are shaded by their share of the row.

use std::collections::HashMap;

use leptos::prelude::*;
use types::analytics::{self, CategoryFigures};

use crate::{
    i18n::{K, use_i18n},
    ui::{Empty, icons},
};

/// Categories that have a row and a column; the download has all.
const SHOWN: usize = 12;

/// Those with the most to tell, in the order of their names.
fn shown(mut categories: Vec<CategoryFigures>, now: impl Fn(&str) -> i64) -> Vec<CategoryFigures> {
    categories.sort_by_key(|row| std::cmp::Reverse(row.decided + now(&row.category)));
    categories.truncate(SHOWN);
    categories.sort_by(|a, b| a.category.cmp(&b.category));
    categories
}

/// The shade of a cell: none for nothing, then four steps of its share of the row.
fn shade(stands: bool, count: i64, row: i64) -> &'static str {
    const RIGHT: [&str; 4] = ["num right-1", "num right-2", "num right-3", "num right-4"];
    const WRONG: [&str; 4] = ["num wrong-1", "num wrong-2", "num wrong-3", "num wrong-4"];
    if count == 0 {
        return "num text-ink-3";
    }
    let step = ((count * 4) / row.max(1)).clamp(0, 3) as usize;
    if stands { RIGHT[step] } else { WRONG[step] }
}

#[component]
pub fn Confusion(pairs: Vec<analytics::Confusion>, categories: Vec<CategoryFigures>) -> impl IntoView {
    let i18n = use_i18n();
    let total = categories.len();
    let counts: HashMap<(String, String), i64> =
        pairs.into_iter().map(|pair| ((pair.from, pair.to), pair.count)).collect();
    let now = |category: &str| counts.iter().filter(|((_, to), _)| to == category).map(|(_, count)| *count).sum();
    let categories = shown(categories, now);
    if categories.is_empty() {
        return view! { <Empty icon=icons::CHART title=i18n.t(K::NoFigures)/> }.into_any();
    }
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |share| i18n.percent(share));
    let heads = categories.iter().map(|row| view! { <th scope="col">{i18n.category(&row.category)}</th> });
    let row = |row: &CategoryFigures| {
        let cells = categories.iter().map(|column| {
            let count = counts.get(&(row.category.clone(), column.category.clone())).copied().unwrap_or(0);
            view! { <td class=shade(row.category == column.category, count, row.decided)>{count}</td> }
        });
        view! {
            <tr>
                <th scope="row">{i18n.category(&row.category)}</th>
                {cells.collect_view()}
                <td class="num border-l border-line">{row.decided}</td>
                <td class="num">{share(row.precision)}</td>
                <td class="num">{share(row.recall)}</td>
            </tr>
        }
    };
    let rows = categories.iter().map(row).collect_view();
    let hidden = total.saturating_sub(SHOWN);
    view! {
        <div class="overflow-x-auto" tabindex="0" role="region" aria-label=i18n.t(K::ConfusionTitle)>
            <table class="table">
                <caption class="sr-only">{i18n.t(K::ConfusionHint)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{i18n.t(K::AsDecided)}</th>
                        {heads.collect_view()}
                        <th scope="col" class="border-l">{i18n.t(K::Decisions)}</th>
                        <th scope="col" title=i18n.t(K::PrecisionHint)>{i18n.t(K::Precision)}</th>
                        <th scope="col" title=i18n.t(K::RecallHint)>{i18n.t(K::Recall)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {(hidden > 0).then(|| view! { <p class="mt-2 text-xs text-ink-3">{i18n.with(K::MoreInDownload, &[("n", &hidden.to_string())])}</p> })}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_follow_the_share_of_the_row() {
        assert_eq!(shade(true, 0, 10), "num text-ink-3");
        assert_eq!(shade(true, 1, 10), "num right-1");
        assert_eq!(shade(true, 10, 10), "num right-4");
        assert_eq!(shade(false, 5, 10), "num wrong-3");
    }

    #[test]
    fn the_busiest_categories_are_shown_by_name() {
        let row = |category: String, decided| CategoryFigures {
            category,
            decided,
            correct: 0,
            precision: None,
            recall: None,
        };
        let many: Vec<CategoryFigures> = (0..20).map(|n| row(format!("c{n:02}"), n)).collect();
        let shown = shown(many, |_| 0);
        assert_eq!(shown.len(), SHOWN);
        assert_eq!((shown[0].category.as_str(), shown[11].category.as_str()), ("c08", "c19"));
    }
}
