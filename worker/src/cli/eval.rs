//! `eval`: the product's own code, measured on a data set; one JSON object on standard output.

mod retrieval;

use std::{fs, path::Path};

use anyhow::Context as _;
use clap::Subcommand;
use serde::de::DeserializeOwned;

use super::Installation;

#[derive(Subcommand, Debug)]
pub enum EvalCommand {
    /// How often the knowledge base's search finds the relevant articles
    Retrieval(retrieval::RetrievalArgs),
}

pub async fn run(installation: &Installation, command: EvalCommand) -> anyhow::Result<()> {
    match command {
        EvalCommand::Retrieval(arguments) => retrieval::run(installation, &arguments).await,
    }
}

/// One JSON object a line; blank lines are skipped.
fn lines<T: DeserializeOwned>(file: &Path) -> anyhow::Result<Vec<T>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| serde_json::from_str(line).with_context(|| format!("{}, line {}", file.display(), index + 1)))
        .collect()
}
