"""First names: by them a name is known where its spelling does not tell (lower case, a word as well)."""

_WORDS_TOO = """
april may june august mai juni avril juin abril junio maio junho aprile giugno summer autumn rose grace will mark bill
hunter joy hope faith dawn daisy lily ivy holly iris jasmine olive ruby pearl amber crystal angel destiny charity
patience victor frank jack bob rob pat sue drew chase grant miles pierce rich dean earl duke chip gene art ray skip
dale cliff glen heath forest brook brooke sky skye star autumn melody harmony carol gay penny ginger cherry sandy
chuck buck jean christian paris london sydney austin dallas florence israel jordan chelsea india asia georgia virginia
carolina savannah victoria regina royal major baker cook taylor carter mason page noel tuesday wednesday sunday domingo
dolores mercedes angeles cruz sol luna clara blanca bruno leo max serene precious blessing
"""
_GIVEN = """
aaron abdul abdullah abel adam adela adele aditi adrian agata agnes agnieszka ahmad ahmed aisha alan alba albert alberto
alejandra alejandro alena alessandra alessandro alex alexander alexandra alexandre alexandru alexis alfred ali alice
alicia alina aline alison allan alma alvaro amanda amelia amelie amina amir amy ana anastasia anders andre andrea
andreas
andreea andrei andrew andrzej angela angelo angie anika anita ann anna anne annika anouk anthony antoine anton antonio
anya arjun arthur artur asha ashley astrid audrey ayse ayşe barbara bart beata beatrice beatriz ben benedikt benjamin
benoit bernard beth bianca birgit björn bogdan boris brandon brenda brian bridget camila camille carla carlo carlos
carmen carolina caroline catarina catherine cathy cecilia cedric celine charles charlotte chen chiara chloe chris
christa
christina christine christophe christopher cindy claire claude claudia colin connor craig cristian cristina cynthia
damian dan daniel daniela daniele danielle dario darren dave david dawid deborah deepak denis denise derek diana diane
diego dieter dimitri dirk dmitri dmitry dominik dominique donald donna dora doris dorota douglas duncan edith edoardo
eduardo edward eileen elaine elena eleni elif elisa elisabeth elise elizabeth ella ellen emilia emilie emily emma enrico
eric erica erik erika ernesto eva evelyn fabian fabio fatima federica federico felipe felix fernanda fernando filip
filipe fiona francesca francesco francis francisco francois françois fred frederic frederik gabriel gabriela gareth
gary gavin georg george georgios gerard giacomo gianni gillian gina giorgio giorgos giovanni giulia giuseppe gloria
gordon goran graham greg gregor guillaume gustavo hamza hanna hannah hans harry hasan hassan heather heidi helen helena
helga henri henrik henry hiroshi hugo hussein ian ibrahim ida ignacio igor ilaria ildiko inês ines inga ingrid ioana ion
irena irene irina isabel isabella isabelle ivan ivana jacek jacob jacqueline jacques jakub james jan jana jane janet
jason javier jeff jeffrey jennifer jenny jens jeremy jessica jesus jill jim jimmy joan joana joanna joao joão joe johan
johanna johannes john johnny jolanta jon jonas jonathan jorge jose josé joseph josh joshua juan judith julia julian
juliana julie julien juliette jürgen justin kamil karen karim karin karl karolina katarzyna kate katerina katharina
katherine kathleen kathryn katie katja kavita keith kelly ken kenneth kerry kevin khaled khalid kim kirsten klaus
konstantin kristina krzysztof kumar kurt kyle lars laura lauren laurent lea leah leila lena leonardo leticia lidia liam
lin linda lisa liz lorena lorenzo lorraine louis louise luc luca lucas lucia lucy luigi luis luisa łukasz lukas luke
lynn maciej magda magdalena mahmoud maja manfred manon manuel manuela marc marcel marcela marcin marco marcos marcus
margaret margarida maria mariam marian mariana marianne marie marina mario marion marlene marta martha martin martina
martyna mary maryam massimo mateusz mathieu matilda matteo matthew matthias maurice mauro maxime maya megan mehmet
mei melanie melissa merve mia michael michal michel michele michelle miguel mihai mikael mike mikhail milan milena
mina miriam mohamed mohammad mohammed monica monika mónica murat mustafa nadia nadine nancy naomi natalia natalie
natasha nathan neha neil nicholas nick nicola nicolas nicole niels nigel nikita nikolai nikos nina noah noemi nora
norma norman nuno octavian olga oliver olivia olivier omar oscar oskar otto ozgur pablo pamela paolo patricia patrícia
patrick patrizia paul paula pauline paulo pavel pawel paweł pedro peter petr petra philip philippe pierre pietro
piotr priya rachel radek rafael rahul raj rajesh ralph ramona raphael raquel ravi rebecca renata renate rene ricardo
riccardo richard rita robert roberta roberto robin rodrigo roger roland roman ron ronald rosa rosemary ross roxana
ruben rui russell ruth ryan sabine sabrina said salma salvatore sam samantha samir samuel sandra sanjay sara sarah
sean sebastian selma serena sergei sergey sergio shane sharon sheila shirley silvia simon simona simone sina sofia
sonia sophia sophie stefan stefania stefano stella stephan stephane stephanie stephen steve steven stuart susan
susanne suzanne sven svetlana sylvia sylvie szymon tamara tania tanja tanya tatiana ted teresa teun thea theo theresa
thierry thomas tim timothy tina tobias tom tomas tomasz tommy toni tony tracey tracy ulrich ulrike umar ursula
valentina valeria valerie vanessa vera veronica veronika vicky viktor vincent vincenzo viola vito vladimir walter wang
wanda wendy werner wiktor william wojciech wolfgang xavier yan yasmin yasmina yolanda youssef yuki yusuf yves yvonne
zeynep zoe zofia zuzana
"""

WORDS_TOO = frozenset(_WORDS_TOO.split())
GIVEN = frozenset(_GIVEN.split())
