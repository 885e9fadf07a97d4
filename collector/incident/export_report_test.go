package incident

// ReportTables returns the words of the report, for the test that none is missing.
func ReportTables() (chinese, english map[string]string) { return chineseReport, englishReport }
