"""Does leaving out doubtful reviews help the forecast?"""
