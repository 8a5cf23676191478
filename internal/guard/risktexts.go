package guard

import (
	"fmt"
	"strings"
)

// riskText is what one page says.
type riskText struct{ Title, Body, Send, Hint, Privacy string }

// riskTongue is a language of the guard's own pages.
type riskTongue struct {
	ask, slow, deny riskText
	wait            string // with the number of seconds
	question        string // with two words
	numbers         [10]string
	wrong, old      string
}

// riskTexts are the languages of the guard's own pages.
var riskTexts = map[string]*riskTongue{
	"kk": {
		ask: riskText{
			Title: "Бір сұраққа жауап беріңіз", Send: "Жалғастыру", Hint: "Жауапты цифрмен жазыңыз. Асықпаңыз: бет 20 минут бойы жарамды.",
			Body:    "Сіздің желіңізден бағдарлама жіберетінге ұқсайтын сұраулар келіп тұр. Адам екеніңізге көз жеткізу үшін бір сұрақ қоямыз. Ол үшін cookie файлы керек емес.",
			Privacy: "Деректер туралы",
		},
		slow:     riskText{Title: "Сәл күте тұрыңыз", Body: "Сіздің желіңізден сұраулар тым жиі келіп тұр.", Privacy: "Деректер туралы"},
		deny:     riskText{Title: "Бұл сұрау орындалмады", Body: "Ол сайтқа жасалған шабуылға ұқсайды. Егер бұл қате болса, біраздан кейін қайталап көріңіз немесе сайт иесіне хабарласыңыз.", Privacy: "Деректер туралы"},
		wait:     "%d секундтан кейін қайталап көріңіз.",
		question: "%s және %s: осы екі санның қосындысы қанша?",
		numbers:  [10]string{"", "бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз"},
		wrong:    "Жауап дұрыс емес. Міне, басқа сұрақ.",
		old:      "Бұл сұрақтың мерзімі өтіп кетті немесе оған жауап берілген. Міне, жаңа сұрақ.",
	},
	"ru": {
		ask: riskText{
			Title: "Ответьте на один вопрос", Send: "Продолжить", Hint: "Запишите ответ цифрами. Не спешите: страница действует 20 минут.",
			Body:    "Из вашей сети приходят запросы, похожие на работу программы. Ответьте на один вопрос, чтобы мы убедились, что вы человек. Файлы cookie для этого не нужны.",
			Privacy: "О данных",
		},
		slow:     riskText{Title: "Подождите немного", Body: "Из вашей сети приходит слишком много запросов.", Privacy: "О данных"},
		deny:     riskText{Title: "Запрос не выполнен", Body: "Он похож на атаку на сайт. Если это ошибка, повторите попытку позже или свяжитесь с владельцем сайта.", Privacy: "О данных"},
		wait:     "Повторите попытку через %d с.",
		question: "Сколько будет %s плюс %s?",
		numbers:  [10]string{"", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"},
		wrong:    "Ответ неверный. Вот другой вопрос.",
		old:      "Этот вопрос устарел, или на него уже ответили. Вот новый.",
	},
	"en": {
		ask: riskText{
			Title: "Please answer one question", Send: "Continue", Hint: "Write the answer in digits. Take your time: the page is good for 20 minutes.",
			Body:    "Requests from your network look like those of a program. One question, to see that you are a person. No cookie is needed for it.",
			Privacy: "About data",
		},
		slow:     riskText{Title: "Please wait a moment", Body: "Too many requests come from your network.", Privacy: "About data"},
		deny:     riskText{Title: "This request was refused", Body: "It looks like an attack on the site. If that is a mistake, try again later or ask the owner of the site.", Privacy: "About data"},
		wait:     "Try again in %d s.",
		question: "How much is %s plus %s?",
		numbers:  [10]string{"", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"},
		wrong:    "That is not right. Here is another question.",
		old:      "That question is too old, or was answered before. Here is a new one.",
	},
}

// of is what a view says.
func (t *riskTongue) of(v riskView) riskText {
	switch v.Kind {
	case "ask":
		return t.ask
	case "slow":
		text := t.slow
		text.Body += " " + fmt.Sprintf(t.wait, v.Seconds)
		return text
	}
	return t.deny
}

// sum is the question how much a and b are together, in words.
func (t *riskTongue) sum(a, b int) string {
	text := fmt.Sprintf(t.question, t.numbers[a], t.numbers[b])
	first, size := firstRune(text)
	return strings.ToUpper(first) + text[size:]
}

func firstRune(s string) (string, int) {
	for i := range s {
		if i > 0 {
			return s[:i], i
		}
	}
	return s, len(s)
}
