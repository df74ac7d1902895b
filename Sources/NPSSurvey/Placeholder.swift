enum NPSSurveyPlaceholder {}
