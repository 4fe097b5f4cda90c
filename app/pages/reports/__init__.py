"""Reports: a campaign's, the team's, questions across campaigns, the wall board, sharing and export."""
