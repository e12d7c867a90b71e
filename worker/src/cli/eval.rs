//! `eval`: the product's own code, measured on a data set; one JSON object on standard output.

mod answerability;
mod claims;
mod grouping;
mod measures;
mod retrieval;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use domain::ai::{self, encoder::Encoder};
use serde::de::DeserializeOwned;

use super::Installation;

#[derive(Subcommand, Debug)]
pub enum EvalCommand {
    /// How well the classifier learns a data set's categories, and how well it knows when it is wrong
    Classify(ClassifyArgs),
    /// How often the knowledge base's search finds the relevant articles
    Retrieval(retrieval::RetrievalArgs),
    /// Fit the probability that the articles answer a question
    Answerability(answerability::AnswerabilityArgs),
    /// How well sentences are told that their sources do not support
    Claims(claims::ClaimsArgs),
    /// How well questions without an answer are grouped into articles to write
    Grouping(grouping::GroupingArgs),
}

#[derive(Args, Debug)]
pub struct ClassifyArgs {
    /// Examples to learn from, one {"text", "label"} a line
    #[arg(long, value_name = "FILE")]
    train: PathBuf,
    /// Examples to measure on; the label `out_of_scope` belongs to no class
    #[arg(long, value_name = "FILE")]
    test: PathBuf,
    /// Learn from at most this many examples of each label
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    shots: Option<u32>,
    /// Learn beside them from the texts of at most this many of the other examples, as from messages that nobody labelled
    #[arg(long, value_name = "N", default_value_t = ai::classifier::MOST_UNLABELLED)]
    unlabelled: usize,
    /// Draws the examples
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub async fn run(installation: &Installation, command: EvalCommand) -> anyhow::Result<()> {
    match command {
        EvalCommand::Classify(arguments) => {
            let report = tokio::task::spawn_blocking(move || {
                let encoder = Encoder::load(&ai::find_model()?)?;
                let protocol = ai::eval::Protocol {
                    shots: arguments.shots.map(|shots| shots as usize),
                    unlabelled: arguments.unlabelled,
                    seed: arguments.seed,
                };
                ai::eval::classify(&encoder, &arguments.train, &arguments.test, protocol)
            });
            println!("{}", report.await??);
            Ok(())
        }
        EvalCommand::Retrieval(arguments) => retrieval::run(installation, &arguments).await,
        EvalCommand::Answerability(arguments) => answerability::run(&arguments),
        EvalCommand::Claims(arguments) => claims::run(&arguments),
        EvalCommand::Grouping(arguments) => tokio::task::spawn_blocking(move || grouping::run(&arguments)).await?,
    }
}

/// One JSON object a line; blank lines are skipped.
fn lines<T: DeserializeOwned>(file: &Path) -> anyhow::Result<Vec<T>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            serde_json::from_str(line).with_context(|| format!("{}, line {}", file.display(), index + 1))
        })
        .collect()
}
