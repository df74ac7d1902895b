/// The presets' data files, by name.
enum PresetFiles {
    static let all: [(name: String, yaml: String)] = [
        ("standard", standard), ("typeform", typeform), ("tally", tally), ("delighted", delighted),
    ]

    private static let standard = """
        description: Standard Webhooks, the body in the collector's own names
        status: documented
        signature:
          kind: hmac
          hash: sha256
          header: [webhook-signature, svix-signature]
          prefix: "v1,"
          separator: " "
          encoding: base64
          content: "{id}.{timestamp}.{body}"
          secret: whsec
          id: [webhook-id, svix-id]
          timestamp: {header: [webhook-timestamp, svix-timestamp]}
        mapping: .
        """

    private static let typeform = """
        description: Typeform; score = the first opinion scale or the field nps, email = an email answer or hidden.email
        status: documented
        signature: {header: Typeform-Signature, prefix: "sha256=", encoding: base64}
        mapping: |
          select(.event_type == "form_response") | .form_response
          | (.answers // []) as $answers
          | { id: .token,
              email: ((.hidden // {}).email // ([$answers[] | select(.type == "email") | .email][0])),
              score: ([$answers[] | select(.field.ref == "nps" or .field.type == "opinion_scale" or .field.type == "nps") | .number][0]),
              comment: ([$answers[] | select(.type == "text" and .field.type == "long_text") | .text][0]),
              answeredAt: .submitted_at }
        """

    private static let tally = """
        description: Tally; score = the linear scale, email = the field or hidden field email, comment = the text area
        status: documented
        signature: {header: Tally-Signature, encoding: base64}
        mapping: |
          select(.eventType == "FORM_RESPONSE") | .data
          | (.fields // []) as $fields
          | { id: .responseId,
              email: ([$fields[] | select(.type == "INPUT_EMAIL" or ((.label // "") | ascii_downcase) == "email") | .value][0]),
              score: ([$fields[] | select(.type == "LINEAR_SCALE") | .value][0]),
              comment: ([$fields[] | select(.type == "TEXTAREA") | .value][0]),
              answeredAt: .createdAt }
        """

    private static let delighted = """
        description: Delighted; a response arrives when it is created and again whenever it is edited
        status: from integration code
        signature: {header: X-Delighted-Webhook-Signature, prefix: "sha256="}
        mapping: |
          select(.event_type == "survey_response.created" or .event_type == "survey_response.updated") | .event_data
          | select(.survey_type == null or .survey_type == "nps")
          | { id: (.id | tostring), email: .person.email, score: .score, comment: .comment,
              answeredAt: (.created_at | todate) }
        """
}
