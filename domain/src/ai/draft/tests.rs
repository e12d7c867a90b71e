//! Drafts from the demo's articles, and from articles that mean harm.

use serde::Deserialize;

use super::*;
use crate::ai::{chunk, encoder::dot, testing};

#[derive(Deserialize)]
struct Article {
    language: Language,
    title: String,
    body: String,
}

/// The best passages of the demo's knowledge base by embedding alone: a plain stand-in for the product's search.
async fn retrieve(question: &str) -> Vec<Passage> {
    static KNOWN: tokio::sync::OnceCell<Vec<(Passage, Vec<f32>)>> = tokio::sync::OnceCell::const_new();
    let ai = testing::ai();
    let known = KNOWN
        .get_or_init(|| async {
            let articles: Vec<Article> = serde_json::from_str(include_str!("../../../data/demo/acme_articles.json")).unwrap();
            let mut passages = Vec::new();
            let mut texts = Vec::new();
            for (id, article) in articles.iter().enumerate() {
                for chunk in chunk::chunks(&article.title, &article.body) {
                    passages.push(Passage { article_id: ArticleId(id as i64 + 1), title: article.title.clone(), language: article.language, content: chunk.content, similarity: 0.0 });
                    texts.push(chunk.embed_text);
                }
            }
            let vectors = testing::ai().embed_bulk(texts).await.unwrap();
            passages.into_iter().zip(vectors).collect()
        })
        .await;
    let vector = ai.embed(vec![question.to_owned()]).await.unwrap().remove(0);
    let mut found: Vec<Passage> = known.iter().map(|(passage, of)| Passage { similarity: f64::from(dot(&vector, of)), ..passage.clone() }).collect();
    found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    found.truncate(8);
    found
}

fn request(question: &str, language: Language, passages: Vec<Passage>) -> DraftRequest {
    DraftRequest {
        question: question.to_owned(),
        history: Vec::new(),
        language,
        sentiment: Sentiment::Neutral,
        priority: Priority::Normal,
        category: "billing".to_owned(),
        customer_name: Some("Kim Virtanen".to_owned()),
        agent_name: None,
        account_name: "Acme".to_owned(),
        passages,
    }
}

async fn draft(request: &DraftRequest) -> Composed {
    testing::ai().compose(request).await.unwrap()
}

const ANSWERABLE: [(&str, Language); 15] = [
    ("I was charged twice this month. When do I get my money back?", Language::English),
    ("How do I reset my password? The link has expired.", Language::English),
    ("The hub will not connect to my wifi.", Language::English),
    ("Minulta veloitettiin kahdesti. Milloin saan rahat takaisin?", Language::Finnish),
    ("Miten vaihdan salasanan?", Language::Finnish),
    ("En saa keskitintä yhdistettyä verkkoon.", Language::Finnish),
    ("Jag har blivit debiterad två gånger. När får jag tillbaka pengarna?", Language::Swedish),
    ("Hur återställer jag mitt lösenord?", Language::Swedish),
    ("Min hubb ansluter inte till nätverket.", Language::Swedish),
    ("Mir wurde derselbe Betrag zweimal abgebucht. Wann bekomme ich mein Geld zurück?", Language::German),
    ("Wie setze ich mein Passwort zurück?", Language::German),
    ("Der Hub verbindet sich nicht mit dem Netzwerk.", Language::German),
    ("J'ai été débité deux fois. Quand serai-je remboursé ?", Language::French),
    ("Comment réinitialiser mon mot de passe ?", Language::French),
    ("Le hub ne se connecte pas au réseau.", Language::French),
];

const UNANSWERABLE: [(&str, Language); 10] = [
    ("Can you recommend a good recipe for carrot cake?", Language::English),
    ("What is the weather going to be in Lisbon tomorrow?", Language::English),
    ("Kuka voitti jääkiekon maailmanmestaruuden?", Language::Finnish),
    ("Osaatko suositella hyvää ravintolaa Tampereelta?", Language::Finnish),
    ("Vilken film ska jag se ikväll?", Language::Swedish),
    ("Hur lång tid tar tåget till Malmö?", Language::Swedish),
    ("Wie wird das Wetter morgen in Hamburg?", Language::German),
    ("Können Sie mir ein Rezept für Apfelkuchen geben?", Language::German),
    ("Quel film me conseillez-vous pour ce soir ?", Language::French),
    ("À quelle heure part le train pour Lyon ?", Language::French),
];

#[tokio::test]
async fn answers_what_the_articles_answer_and_nothing_else() {
    let mut wrong = Vec::new();
    for (expected, (question, language)) in ANSWERABLE.iter().map(|case| (true, case)).chain(UNANSWERABLE.iter().map(|case| (false, case))) {
        let passages = retrieve(question).await;
        let composed = draft(&request(question, *language, passages)).await;
        println!("--- {question} -> {} {:.2} {} ms, {}\n{}\n", composed.grounded, composed.confidence, composed.generation_ms, composed.reasoning, composed.content);
        if composed.grounded != expected {
            wrong.push(*question);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
