//! Ids: one type a noun. All are per-database `bigint`s; none of them chooses the tenant.

id! {
    /// A tenant.
    AccountId,
    /// A person who can sign in; may belong to several accounts.
    UserId,
    SessionId,
    ApiTokenId,
    TeamId,
    /// A channel instance: a web widget, a mailbox, an API endpoint.
    InboxId,
    /// A customer.
    ContactId,
    ConversationId,
    MessageId,
    AttachmentId,
    LabelId,
    ClassificationId,
    DraftId,
    ArticleId,
    ChunkId,
    CorrectionId,
    CategoryId,
    CategoryExampleId,
    ClassifierModelId,
    SlaPolicyId,
    CannedResponseId,
    CsatResponseId,
    EventId,
    JobId,
    AuditLogId,
    /// A request to a remote model, in the egress ledger.
    EgressId,
    /// A line of the decision ledger.
    DecisionId,
    RehearsalId,
    EmbeddingModelId,
}
