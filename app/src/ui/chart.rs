//! Charts as plain SVG, each with its figures in a table for whoever cannot see it.

use leptos::prelude::*;

/// One line or group of bars: its name and one value a place.
#[derive(Clone)]
pub struct Series {
    pub name: String,
    /// Class that colours it: `text-…`, taken up by `currentColor`.
    pub class: &'static str,
    pub values: Vec<f64>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 30.0;
const BOTTOM: f64 = 22.0;
const TOP: f64 = 14.0;

/// A round number at or above the largest value, so that the scale reads well.
fn ceiling(max: f64) -> f64 {
    let max = max.max(4.0);
    let magnitude = 10_f64.powf(max.log10().floor());
    [1.0, 2.0, 4.0, 5.0, 8.0, 10.0].into_iter().map(|step| step * magnitude).find(|top| *top >= max).unwrap_or(max)
}

/// Lines over the same places, the first one filled.
#[component]
pub fn LineChart(
    #[prop(into)] title: String,
    places: Vec<String>,
    series: Vec<Series>,
    #[prop(into)] place_name: String,
) -> impl IntoView {
    let top = ceiling(series.iter().flat_map(|line| line.values.iter().copied()).fold(0.0, f64::max));
    let count = places.len().max(2) as f64 - 1.0;
    let x = move |at: usize| LEFT + (WIDTH - LEFT - 8.0) * at as f64 / count;
    let y = move |value: f64| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - value / top);
    let grid = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| {
        let at = y(top * share);
        view! {
            <line x1=LEFT.to_string() x2=(WIDTH - 8.0).to_string() y1=format!("{at:.1}") y2=format!("{at:.1}") class="stroke-soft" stroke-width="1"></line>
            <text x=(LEFT - 7.0).to_string() y=format!("{:.1}", at + 3.5) text-anchor="end">{format!("{:.0}", top * share)}</text>
        }
    });
    let every = places.len().div_ceil(7).max(1);
    let labels = places
        .iter()
        .enumerate()
        .filter(|(at, _)| at % every == 0)
        .enumerate()
        .map(|(nth, (at, place))| {
            // The last one would stand half outside; every other one goes where there is little room.
            let anchor = if at + 1 == places.len() { "end" } else { "middle" };
            view! { <text x=format!("{:.1}", x(at)) y=(HEIGHT - 5.0).to_string() text-anchor=anchor class=("max-sm:hidden", nth % 2 == 1)>{place.clone()}</text> }
        })
        .collect_view();
    let lines = series
        .iter()
        .enumerate()
        .map(|(nth, line)| {
            let points: Vec<String> = line.values.iter().enumerate().map(|(at, value)| format!("{:.1},{:.1}", x(at), y(*value))).collect();
            let area = (nth == 0).then(|| {
                let outline = format!("{LEFT},{:.1} {} {:.1},{:.1}", y(0.0), points.join(" "), x(line.values.len().saturating_sub(1)), y(0.0));
                view! { <polygon points=outline fill="currentColor" opacity="0.1"></polygon> }
            });
            let dash = (nth > 0).then_some("5 3");
            view! {
                <g class=line.class>
                    {area}
                    <polyline points=points.join(" ") fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" stroke-dasharray=dash></polyline>
                </g>
            }
        })
        .collect_view();
    let legend = series
        .iter()
        .enumerate()
        .map(|(nth, line)| {
            let dash = (nth > 0).then_some("4 2");
            view! {
                <span class="inline-flex items-center gap-1.5 text-xs text-ink-2">
                    <svg class=line.class width="18" height="6" aria-hidden="true"><line x1="0" x2="18" y1="3" y2="3" stroke="currentColor" stroke-width="2" stroke-dasharray=dash></line></svg>
                    {line.name.clone()}
                </span>
            }
        })
        .collect_view();
    view! {
        <figure>
            <div class="mb-2 flex flex-wrap gap-x-4 gap-y-1">{legend}</div>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") class="chart h-auto w-full" role="img" aria-label=title.clone()>{grid.collect_view()}{labels}{lines}</svg>
            <Figures title=title place_name=place_name places=places series=series/>
        </figure>
    }
}

/// Horizontal bars with their names and figures in words.
#[component]
pub fn BarChart(rows: Vec<(String, i64)>, #[prop(default = "text-accent")] class: &'static str) -> impl IntoView {
    let top = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let bars = rows
        .into_iter()
        .map(|(name, count)| {
            let width = (count as f64 / top as f64 * 100.0).max(if count > 0 { 1.5 } else { 0.0 });
            view! {
                <li class="grid grid-cols-[minmax(72px,28%)_minmax(0,1fr)_auto] items-center gap-3 py-[5px] text-sm">
                    <span class="truncate text-ink-2">{name}</span>
                    <svg class=format!("h-2 w-full {class}") viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                        <rect width="100" height="8" rx="1" class="fill-sunken"></rect>
                        <rect width=format!("{width:.1}") height="8" rx="1" fill="currentColor"></rect>
                    </svg>
                    <span class="num min-w-8 text-right">{count}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul>{bars}</ul> }
}

/// The chart's figures, for screen readers and for whoever wants them exact.
#[component]
fn Figures(title: String, place_name: String, places: Vec<String>, series: Vec<Series>) -> impl IntoView {
    let heads = series.iter().map(|line| view! { <th scope="col">{line.name.clone()}</th> }).collect_view();
    let rows = places
        .into_iter()
        .enumerate()
        .map(|(at, place)| {
            let cells = series
                .iter()
                .map(|line| view! { <td class="num">{line.values.get(at).copied().unwrap_or_default()}</td> })
                .collect_view();
            view! { <tr><th scope="row">{place}</th>{cells}</tr> }
        })
        .collect_view();
    let label = title.clone();
    view! {
        <details class="mt-2">
            <summary class="inline-block cursor-pointer text-xs text-ink-3 underline underline-offset-2">{crate::i18n::t(crate::i18n::K::ShowFigures)}</summary>
            <div class="mt-2 max-h-64 overflow-auto" tabindex="0" role="region" aria-label=label>
                <table class="table">
                    <caption class="sr-only">{title}</caption>
                    <thead><tr><th scope="col">{place_name}</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::ceiling;

    #[test]
    fn scales_end_on_round_numbers() {
        for (highest, end) in [(0.0, 4.0), (17.0, 20.0), (41.0, 50.0), (100.0, 100.0)] {
            assert!((ceiling(highest) - end).abs() < f64::EPSILON, "{highest}");
        }
    }
}
