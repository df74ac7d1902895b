/// Payloads of the vendors' documented shapes, written for these tests.
enum Payload {
    static func typeform(_ answers: String, hidden: String = #"{"email":"ana@example.com"}"#) -> String {
        #"""
        {"event_id":"01HZX","event_type":"form_response","form_response":{"form_id":"abc123","token":"tok_42",
         "submitted_at":"2023-11-14T10:00:05Z","hidden":\#(hidden),"answers":\#(answers)}}
        """#
    }

    static let scale = #"{"type":"number","number":9,"field":{"id":"f1","type":"opinion_scale","ref":"x"}}"#
    static let mail = #"{"type":"email","email":"bo@example.com","field":{"id":"f3","type":"email","ref":"m"}}"#
    static let text =
        #"{"type":"text","text":"Fast support","field":{"id":"f2","type":"long_text","ref":"why"}}"#

    static func tally(_ fields: String) -> String {
        #"""
        {"eventId":"e1","eventType":"FORM_RESPONSE","createdAt":"2023-11-14T10:00:06.000Z","data":{"responseId":"r1",
         "submissionId":"r1","respondentId":"p1","formId":"wA","createdAt":"2023-11-14T10:00:05.000Z","fields":\#(fields)}}
        """#
    }

    static func delighted(_ event: String, _ data: String) -> String {
        #"{"event_type":"\#(event)","event_id":"9f1c","event_data":\#(data)}"#
    }

    static func delightedData(comment: String) -> String {
        #"""
        {"id":"5435","survey_type":"nps","score":9,"comment":\#(comment),"created_at":1699900805,"updated_at":1699900900,
         "person":{"id":"77","email":"ana@example.com","name":"Ana"},"person_properties":{"plan":"pro"},"tags":[]}
        """#
    }
}
