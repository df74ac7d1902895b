import Testing

@Test("placeholder") func placeholderNPSSurveyTests() {}
