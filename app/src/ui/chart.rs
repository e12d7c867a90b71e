//! Charts as plain SVG, each with its figures in a table for whoever cannot see it.

use leptos::prelude::*;

/// One line or group of bars: its name and one value a place.
#[derive(Clone)]
pub struct Series {
    pub name: String,
    /// Class that colours it: `text-…`, taken up by `currentColor`.
    pub class: &'static str,
    /// NaN where there is none.
    pub values: Vec<f64>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 30.0;
/// Of a figure in the scale beyond the second, as large as phones show it.
const DIGIT: f64 = 11.0;
const BOTTOM: f64 = 22.0;
const TOP: f64 = 14.0;

/// A round number at or above the largest value, so that the scale reads well.
fn ceiling(max: f64) -> f64 {
    let magnitude = 10_f64.powf(max.log10().floor());
    [1.0, 2.0, 4.0, 5.0, 8.0, 10.0].into_iter().map(|step| step * magnitude).find(|top| *top >= max).unwrap_or(max)
}

/// Digits after the point with which the quarters of a scale that ends at `top` read well.
fn decimals(top: f64) -> usize {
    if top >= 4.0 { 0 } else { (2.0 - top.log10().floor()) as usize }
}

/// Lines over the same places, the first one filled.
#[component]
pub fn LineChart(
    #[prop(into)] title: String,
    places: Vec<String>,
    series: Vec<Series>,
    #[prop(into)] place_name: String,
    /// What the scale reaches at least: 4 for what is counted, so that no half ones are shown.
    #[prop(default = 4.0)]
    least: f64,
) -> impl IntoView {
    let top = ceiling(series.iter().flat_map(|line| line.values.iter().copied()).fold(least, f64::max));
    let decimals = decimals(top);
    let left = LEFT + DIGIT * format!("{top:.decimals$}").len().saturating_sub(2) as f64;
    let count = places.len().max(2) as f64 - 1.0;
    let x = move |at: usize| left + (WIDTH - left - 8.0) * at as f64 / count;
    let y = move |value: f64| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - value / top);
    let grid = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| {
        let at = y(top * share);
        view! {
            <line x1=left.to_string() x2=(WIDTH - 8.0).to_string() y1=format!("{at:.1}") y2=format!("{at:.1}") class="stroke-soft" stroke-width="1"></line>
            <text x=(left - 7.0).to_string() y=format!("{:.1}", at + 3.5) text-anchor="end">{format!("{:.decimals$}", top * share)}</text>
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
            let known: Vec<(usize, f64)> = line.values.iter().copied().enumerate().filter(|(_, value)| value.is_finite()).collect();
            let points: Vec<String> = known.iter().map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value))).collect();
            let ends = known.first().zip(known.last()).map(|((first, _), (last, _))| (x(*first), x(*last)));
            let area = ends.filter(|_| nth == 0).map(|(first, last)| {
                let outline = format!("{first:.1},{1:.1} {0} {last:.1},{1:.1}", points.join(" "), y(0.0));
                view! { <polygon points=outline fill="currentColor" opacity="0.1"></polygon> }
            });
            // A value between two days without one would be a line of no length.
            let dots = (known.len() < line.values.len()).then(|| known.iter().map(|(at, value)| view! { <circle cx=format!("{:.1}", x(*at)) cy=format!("{:.1}", y(*value)) r="2.5" fill="currentColor"></circle> }).collect_view());
            let dash = (nth > 0).then_some("5 3");
            view! {
                <g class=line.class>
                    {area}
                    <polyline points=points.join(" ") fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" stroke-dasharray=dash></polyline>
                    {dots}
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

/// A bin of a reliability diagram.
#[derive(Clone)]
pub struct Reliability {
    pub name: String,
    pub count: i64,
    /// Mean stated confidence, 0 to 1.
    pub confidence: f64,
    /// Share that was right, 0 to 1.
    pub accuracy: f64,
}

/// What each column of a reliability diagram's table is called.
#[derive(Clone, Copy)]
pub struct ReliabilityNames {
    pub bin: &'static str,
    pub count: &'static str,
    pub confidence: &'static str,
    pub accuracy: &'static str,
}

/// Stated confidence against what held: a dot for each bin, as large as its share, and the way to the line on which both
/// would be the same.
#[component]
pub fn ReliabilityDiagram(
    #[prop(into)] title: String,
    bins: Vec<Reliability>,
    names: ReliabilityNames,
) -> impl IntoView {
    const SIDE: f64 = 300.0;
    const MARGIN: f64 = 40.0;
    let x = |share: f64| MARGIN + (SIDE - MARGIN - 14.0) * share;
    let y = |share: f64| TOP + (SIDE - TOP - MARGIN) * (1.0 - share);
    let at = |value: f64| format!("{value:.1}");
    let grid = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| {
        let label = format!("{:.0}", share * 100.0);
        view! {
            <line x1=at(x(0.0)) x2=at(x(1.0)) y1=at(y(share)) y2=at(y(share)) class="stroke-soft" stroke-width="1"></line>
            <text x=at(x(0.0) - 6.0) y=at(y(share) + 3.5) text-anchor="end">{label.clone()}</text>
            <text x=at(x(share)) y=at(y(0.0) + 15.0) text-anchor="middle">{label}</text>
        }
    });
    let total = bins.iter().map(|bin| bin.count).sum::<i64>().max(1) as f64;
    let dots = bins.iter().map(|bin| {
        let (confidence, accuracy) = (bin.confidence, bin.accuracy);
        let radius = 3.0 + 8.0 * (bin.count as f64 / total).sqrt();
        view! {
            <line x1=at(x(confidence)) x2=at(x(confidence)) y1=at(y(confidence)) y2=at(y(accuracy)) stroke="currentColor" stroke-width="2" opacity="0.45"></line>
            <circle cx=at(x(confidence)) cy=at(y(accuracy)) r=at(radius) fill="currentColor" opacity="0.85"></circle>
        }
    });
    let middle = at(f64::midpoint(x(0.0), x(1.0)));
    let sideways = format!("translate(11 {:.1}) rotate(-90)", f64::midpoint(y(0.0), y(1.0)));
    let rounded = |value: f64| (value * 1_000.0).round() / 1_000.0;
    let column = |name: &str, value: &dyn Fn(&Reliability) -> f64| Series {
        name: name.to_owned(),
        class: "text-accent",
        values: bins.iter().map(value).collect(),
    };
    let series = vec![
        column(names.count, &|bin| bin.count as f64),
        column(names.confidence, &|bin| rounded(bin.confidence)),
        column(names.accuracy, &|bin| rounded(bin.accuracy)),
    ];
    let places = bins.iter().map(|bin| bin.name.clone()).collect();
    view! {
        <figure>
            <svg viewBox=format!("0 0 {SIDE} {SIDE}") class="chart-square mx-auto h-auto w-full max-w-[360px] text-accent" role="img" aria-label=title.clone()>
                {grid.collect_view()}
                <line x1=at(x(0.0)) x2=at(x(1.0)) y1=at(y(0.0)) y2=at(y(1.0)) class="stroke-ink-3" stroke-width="1" stroke-dasharray="4 3"></line>
                {dots.collect_view()}
                <text x=middle y=at(SIDE - 8.0) text-anchor="middle">{format!("{} (%)", names.confidence)}</text>
                <text transform=sideways text-anchor="middle">{format!("{} (%)", names.accuracy)}</text>
            </svg>
            <Figures title=title place_name=names.bin.to_owned() places=places series=series/>
        </figure>
    }
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
                .map(|line| {
                    let value = line.values.get(at).copied().filter(|value| value.is_finite());
                    view! { <td class="num">{value.map_or_else(|| "–".to_owned(), |value| value.to_string())}</td> }
                })
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
    use super::{ceiling, decimals};

    #[test]
    fn scales_end_on_round_numbers() {
        for (highest, end) in [(4.0, 4.0), (17.0, 20.0), (41.0, 50.0), (100.0, 100.0), (0.0003, 0.0004), (0.07, 0.08)] {
            assert!((ceiling(highest) - end).abs() < 1e-9, "{highest}");
        }
    }

    #[test]
    fn small_scales_have_digits_for_their_quarters() {
        for (top, digits) in [(4.0, 0), (50.0, 0), (2.0, 2), (1.0, 2), (0.4, 3), (0.0004, 6)] {
            assert_eq!(decimals(top), digits, "{top}");
        }
    }
}
