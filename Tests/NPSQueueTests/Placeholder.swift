import Testing

@Test("placeholder") func placeholderNPSQueueTests() {}
