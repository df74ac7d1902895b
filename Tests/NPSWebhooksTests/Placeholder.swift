import Testing

@Test("placeholder") func placeholderNPSWebhooksTests() {}
